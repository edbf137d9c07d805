import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Interceptor, Operation, Transport, TransportRequest } from '../transport/transport.js';
import {
  type ApiKey,
  checkClientConfig,
  type ClientConfig,
  type Deadlines,
  type Limits,
  type RequestOptions,
} from './client-config.js';

/** What a platform gives to a client that does not say otherwise. */
export interface Platform {
  /** The default transport, made once per client. */
  readonly createTransport: () => Transport;
  /** The address and key that the environment names. */
  readonly environment: { readonly apiKey?: string | undefined; readonly baseURL?: string | undefined };
}

/** A configuration with every default filled in. */
export interface Settings {
  readonly apiKey: ApiKey | undefined;
  readonly baseURL: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly transport: Transport;
  readonly interceptors: readonly Interceptor[];
  readonly deadlines: Required<Readonly<Record<keyof Deadlines, number>>>;
  readonly limits: Required<Readonly<Record<keyof Limits, number>>>;
  readonly redirects: 'refuse' | 'same-origin';
  readonly scheduler: SchedulerLike;
  readonly onResponse: RequestOptions['onResponse'];
  readonly context: Readonly<Record<string, unknown>>;
}

const openai = 'https://api.openai.com/v1';
const minute = 60_000;
const defaultDeadlines = { headers: 10 * minute, firstChunk: 10 * minute, idle: 5 * minute, total: Infinity };
const defaultLimits = { eventBytes: 16 * 1024 * 1024, errorBodyBytes: 64 * 1024, choices: 128, toolCalls: 128 };

/** An endpoint pasted along. `/models` alone is none: servers on Azure have their API below that path. */
const endpointAtEnd = /(?:(\/(?:chat\/)?completions|\/responses|\/embeddings)|\/v\d\w*(\/models))\/*$/u;

/** Gives the settings of a request from its options; `undefined` gives those of the client itself. */
export function createSettings(config: ClientConfig, platform: Platform): (options?: RequestOptions) => Settings {
  checkClientConfig(config, 'client');
  const transport = config.transport ?? platform.createTransport();
  const own = resolve({ ...config, transport }, platform);
  return (options) => {
    if (options === undefined) {
      return own;
    }
    checkClientConfig(options, 'request');
    return resolve(merge({ ...config, transport }, options), platform);
  };
}

type Resolvable = RequestOptions & { readonly transport: Transport };

/** Request options replace the client's field by field; maps are merged. */
function merge(config: Resolvable, options: RequestOptions): Resolvable {
  return {
    ...config,
    ...given(options),
    transport: options.transport ?? config.transport,
    headers: { ...lowerCased(config.headers), ...lowerCased(options.headers) },
    query: { ...config.query, ...options.query },
    deadlines: { ...config.deadlines, ...given(options.deadlines ?? {}) },
    limits: { ...config.limits, ...given(options.limits ?? {}) },
  };
}

function resolve(config: Resolvable, { environment }: Platform): Settings {
  const { apiKey = keyFromEnvironment(config.baseURL, environment) } = config;
  if (config.apiKey !== undefined && isBrowser() && config.dangerouslyAllowBrowser !== true) {
    throw new TypeError(
      'apiKey in a web page can be read by every visitor: keep it on a server of yours that relays requests, and set baseURL to that server. dangerouslyAllowBrowser: true allows it all the same',
    );
  }
  const { organization, project, idempotencyKey } = config;
  return {
    apiKey: typeof apiKey === 'string' ? apiKey.trim() : apiKey,
    baseURL: parseBaseURL(config.baseURL ?? environment.baseURL ?? openai),
    headers: {
      ...(organization === undefined ? {} : { 'openai-organization': organization }),
      ...(project === undefined ? {} : { 'openai-project': project }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...lowerCased(config.headers),
    },
    query: config.query ?? {},
    transport: config.transport,
    interceptors: config.interceptors ?? [],
    deadlines: toTimers({ ...defaultDeadlines, ...given(config.deadlines ?? {}) }),
    limits: { ...defaultLimits, ...given(config.limits ?? {}) },
    redirects: config.redirects ?? 'refuse',
    scheduler: config.scheduler ?? asyncScheduler,
    onResponse: config.onResponse,
    context: config.context ?? {},
  };
}

/** The environment's key goes to the environment's server or the default one, never to a server the code names. */
function keyFromEnvironment(baseURL: string | undefined, environment: Platform['environment']): string | undefined {
  const trusted = [environment.baseURL ?? openai, openai].map(addressOf);
  return baseURL === undefined || trusted.includes(addressOf(baseURL)) ? environment.apiKey : undefined;
}

/** A slash at the end makes no other server. What is no address, such as a mistake in the environment, is none of ours. */
function addressOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).href.replace(/\/$/u, '') : baseURL;
}

/** A page's own path, such as `/v1` on its relay, is allowed where there is a page. */
function parseBaseURL(baseURL: string): URL {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  if (!URL.canParse(baseURL, page)) {
    throw new TypeError('baseURL must be a whole address, such as http://localhost:11434/v1');
  }
  const url = new URL(baseURL, page);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError('baseURL must begin with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('baseURL must not hold a user name or password; set headers: { authorization } instead');
  }
  const [, endpoint, models] = endpointAtEnd.exec(url.pathname) ?? [];
  if (endpoint !== undefined || models !== undefined) {
    throw new TypeError(`baseURL must end before ${endpoint ?? models}, since the client adds the endpoint`);
  }
  return url;
}

function isBrowser(): boolean {
  const { window, navigator } = globalThis as { window?: { document?: unknown }; navigator?: unknown };
  return window?.document !== undefined && navigator !== undefined;
}

/** A timer cannot wait longer than 2^31 - 1 ms and would end at once: so long a deadline is none. */
function toTimers(deadlines: Settings['deadlines']): Settings['deadlines'] {
  const entries = Object.entries(deadlines).map(([name, duration]) => [name, duration < 2 ** 31 ? duration : Infinity]);
  return Object.fromEntries(entries) as Settings['deadlines'];
}

/** Without the fields that are present but undefined. */
function given<T extends object>(fields: T): { readonly [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof T]?: NonNullable<T[Key]>;
  };
}

/** Header names are case-insensitive, so that a caller's `Authorization` replaces ours. */
export function lowerCased(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What an endpoint asks for, before the settings are applied. */
export interface EndpointRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST';
  /** The endpoint's path below the base URL. */
  readonly path: string;
  readonly accept: string;
  /** Sent as JSON. */
  readonly body?: object;
}

/** The exchange that asks an endpoint. It holds no key yet: that is added innermost, where no interceptor logs it. */
export function toTransportRequest(
  { operation, method, path, accept, body }: EndpointRequest,
  { baseURL, query, headers, redirects, context }: Settings,
): TransportRequest {
  const url = new URL(baseURL);
  url.pathname = url.pathname.replace(/\/$/u, '') + path;
  Object.entries(query).forEach(([name, value]) => {
    url.searchParams.set(name, value);
  });
  return {
    operation,
    method,
    url: url.href,
    headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirects,
    context,
  };
}
