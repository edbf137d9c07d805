import { checkBaseUrl } from './check-base-url';

/** Which server is asked, and for which models. There is no key among them: the server, or a relay, has it. */
export interface Settings {
  /** Relative to the page, or a whole address. */
  readonly baseURL: string;
  /** Each prompt goes to all of them. None is the first that the server lists. */
  readonly models: readonly string[];
}

export const defaultSettings: Settings = { baseURL: '/v1', models: [] };

/** Reads what was saved, maybe by another version of this page: what the settings would refuse is not taken from there. */
export function toSettings(value: unknown, page: string): Settings {
  const { baseURL, models } = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<keyof Settings, unknown>
  >;
  return {
    baseURL:
      typeof baseURL === 'string' && checkBaseUrl(baseURL, page) === undefined ? baseURL : defaultSettings.baseURL,
    models: Array.isArray(models) ? models.filter((model) => typeof model === 'string') : defaultSettings.models,
  };
}
