import { checkBaseUrl } from './check-base-url';

/** The server and models to ask, and what they may do. There is no key: the server, or a relay, holds it. */
export interface Settings {
  /** Relative to the page, or absolute. */
  readonly baseURL: string;
  /** Each prompt goes to all of these models. If empty, it goes to the first that the server lists. */
  readonly models: readonly string[];
  /** Whether models may call the tools of this page. */
  readonly lendsTools: boolean;
  /** Whether the user is asked before each call. */
  readonly asksFirst: boolean;
}

export const defaultSettings: Settings = { baseURL: '/v1', models: [], lendsTools: true, asksFirst: true };

/** Reads saved settings, maybe of another version of this page: invalid values are replaced by the defaults. */
export function toSettings(value: unknown, page: string): Settings {
  const { baseURL, models, lendsTools, asksFirst } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<Record<keyof Settings, unknown>>;
  return {
    baseURL:
      typeof baseURL === 'string' && checkBaseUrl(baseURL, page) === undefined ? baseURL : defaultSettings.baseURL,
    models: Array.isArray(models) ? models.filter((model) => typeof model === 'string') : defaultSettings.models,
    lendsTools: typeof lendsTools === 'boolean' ? lendsTools : defaultSettings.lendsTools,
    asksFirst: typeof asksFirst === 'boolean' ? asksFirst : defaultSettings.asksFirst,
  };
}
