import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Interceptor, Operation, Transport, TransportRequest } from '../transport/transport.js';
import { defined } from '../util/defined.js';
import { parseUrl } from '../util/parse-url.js';
import {
  type ApiKey,
  checkClientConfig,
  type ClientConfig,
  type Deadlines,
  type Limits,
  type RequestOptions,
  type ResumeConfig,
} from './client-config.js';
import { type Environment, openai } from './environment.js';

/** The defaults of a platform. */
export interface Platform {
  /** Creates the default transport, once per client. */
  readonly createTransport: () => Transport;
  /** Returns the environment's address and key for a client with the given `baseURL`. */
  readonly environmentFor?: (baseURL: string | undefined) => Partial<Environment>;
  /** The headers of every request that does not set them, by names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The configuration of one request, with every default filled in. */
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
  readonly resume: ResumeConfig | false;
  readonly onUnsubscribe: ClientConfig['onUnsubscribe'];
  readonly stopOnUnsubscribe: RequestOptions['stopOnUnsubscribe'];
  readonly scheduler: SchedulerLike;
  readonly onResponse: RequestOptions['onResponse'];
  readonly context: Readonly<Record<string, unknown>>;
}

const minute = 60_000;
const defaults = { query: {}, interceptors: [], redirects: 'refuse', scheduler: asyncScheduler } as const;
const defaultDeadlines = { headers: 10 * minute, firstChunk: 10 * minute, idle: 5 * minute, total: Infinity };
const mebibyte = 1024 * 1024;
const defaultLimits = {
  eventBytes: 16 * mebibyte,
  answerBytes: 128 * mebibyte,
  errorBodyBytes: 64 * 1024,
  choices: 128,
  toolCalls: 128,
};

/** Matches an endpoint at the end of a `baseURL`. `/models` alone is not one: on Azure the API is below that path. */
const endpointAtEnd = /(?:(\/(?:chat\/)?completions|\/responses|\/embeddings)|\/v\d\w*(\/models))\/*$/u;

/** Creates a function that resolves the settings of a request from its options; without options, those of the client. */
export function createSettings(config: ClientConfig, platform: Platform): (options?: RequestOptions) => Settings {
  checkClientConfig(config, 'client');
  const complete = { ...config, transport: config.transport ?? platform.createTransport() };
  const own = resolve(complete, platform);
  return (options) => {
    if (options === undefined) {
      return own;
    }
    checkClientConfig(options, 'request');
    return resolve(merge(complete, options), platform);
  };
}

/** A request to an endpoint, before the settings are applied. */
export interface EndpointRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The endpoint's path below the base URL. */
  readonly path: string;
  /** Query parameters of the endpoint itself. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly accept: string;
  /** Sent as JSON. */
  readonly body?: object;
}

/** Converts a request to an HTTP exchange. It holds no key yet: that is added innermost, where no interceptor logs it. */
export function toTransportRequest(
  { operation, method, path, parameters, accept, body }: EndpointRequest,
  { baseURL, query, headers, redirects, context }: Settings,
): TransportRequest {
  const url = new URL(baseURL);
  url.pathname = url.pathname.replace(/\/$/u, '') + path;
  Object.entries({ ...query, ...parameters }).forEach(([name, value]) => {
    url.searchParams.set(name, value);
  });
  return {
    operation,
    method,
    url: url.href,
    headers: { accept, ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
    redirects,
    context,
  };
}

type Resolvable = RequestOptions & { readonly transport: Transport };

/** Overrides the client's configuration field by field; headers and the like are merged. */
function merge(config: Resolvable, options: RequestOptions): Resolvable {
  return {
    ...config,
    ...defined(options),
    headers: { ...lowerCased(config.headers), ...lowerCased(options.headers) },
    query: { ...config.query, ...options.query },
    deadlines: { ...config.deadlines, ...defined(options.deadlines) },
    limits: { ...config.limits, ...defined(options.limits) },
    resume: (options.resume && { ...config.resume, ...defined(options.resume) }) ?? config.resume,
  };
}

function resolve(config: Resolvable, { environmentFor, headers }: Platform): Settings {
  if (config.apiKey !== undefined && isBrowser() && config.dangerouslyAllowBrowser !== true) {
    throw new TypeError(
      'apiKey in a web page can be read by every visitor: keep it on your own server that relays requests, and set baseURL to that server. dangerouslyAllowBrowser: true allows it anyway',
    );
  }
  const environment = environmentFor?.(config.baseURL);
  const { apiKey = environment?.apiKey, baseURL = environment?.baseURL ?? openai } = config;
  return {
    ...defaults,
    ...defined(config),
    transport: config.transport,
    apiKey: typeof apiKey === 'string' ? apiKey.trim() : apiKey,
    baseURL: parseBaseURL(baseURL),
    headers: {
      ...headers,
      ...defined({
        'openai-organization': config.organization,
        'openai-project': config.project,
        'idempotency-key': config.idempotencyKey,
      }),
      ...lowerCased(config.headers),
    },
    deadlines: { ...defaultDeadlines, ...defined(config.deadlines) },
    limits: { ...defaultLimits, ...defined(config.limits) },
    resume: config.resume ?? {},
    onUnsubscribe: config.onUnsubscribe,
    stopOnUnsubscribe: config.stopOnUnsubscribe,
    onResponse: config.onResponse,
    context: config.context ?? {},
  };
}

/** Parses a base URL. In a web page it may be a path, such as that of its relay. */
function parseBaseURL(baseURL: string): URL {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  const url = parseUrl(baseURL, page);
  if (url === undefined) {
    throw new TypeError('baseURL must be an absolute URL, such as http://localhost:11434/v1');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError('baseURL must begin with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('baseURL must not contain a user name or password; set headers: { authorization } instead');
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

/** Converts header names to lower case, so that a caller's `Authorization` replaces `authorization`. */
export function lowerCased(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
