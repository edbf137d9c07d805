import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { RateLimits } from '../errors/rate-limits.js';
import type { Interceptor, Transport } from '../transport/transport.js';
import { checkFields } from '../util/check.js';

/** A key, or where to get one: asked once per exchange, so that a short-lived token is fresh in every attempt. */
export type ApiKey = string | (() => string | ObservableInput<string>);

/** How long to wait, in milliseconds; `Infinity` waits for ever. Comments and empty keep-alives do not count as activity. */
export interface Deadlines {
  /** From sending an exchange to its response headers; 10 minutes by default. */
  readonly headers?: number | undefined;
  /** From subscribing to the first chunk; 10 minutes by default. */
  readonly firstChunk?: number | undefined;
  /** Between two chunks; 5 minutes by default. */
  readonly idle?: number | undefined;
  /** From subscribing to the end; none by default. */
  readonly total?: number | undefined;
}

/** How much a server may send before it is a `LimitError`. */
export interface Limits {
  /** Decoded bytes of one event, or of an answer that is not a stream; 16 MiB by default. */
  readonly eventBytes?: number | undefined;
  /** Bytes of an error body that are read; more is cut off and no error of its own. 64 KiB by default. */
  readonly errorBodyBytes?: number | undefined;
  /** Choices in a stream; 128 by default. */
  readonly choices?: number | undefined;
  /** Tool calls in a choice; 128 by default. */
  readonly toolCalls?: number | undefined;
}

/** How a client reaches its server. Every field is optional. */
export interface ClientConfig {
  /** Sent as a bearer token. On Node, `OPENAI_API_KEY` by default, but never to a `baseURL` that the code names. */
  readonly apiKey?: ApiKey | undefined;
  /** Where the endpoints are, such as `http://localhost:11434/v1`. On Node, `OPENAI_BASE_URL` by default, then OpenAI's. */
  readonly baseURL?: string | undefined;
  /** Sent as `openai-organization`. */
  readonly organization?: string | undefined;
  /** Sent as `openai-project`. */
  readonly project?: string | undefined;
  /** Headers for every request; they win over the client's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Query parameters for every request, such as Azure's `api-version`. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** What makes the HTTP exchanges; undici on Node, fetch elsewhere. */
  readonly transport?: Transport | undefined;
  /** Wrapped around every exchange, the first listed outermost; this is where client-wide retry goes. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  readonly deadlines?: Deadlines | undefined;
  readonly limits?: Limits | undefined;
  /** Redirects are refused by default, so that no key reaches another server; `same-origin` follows those that stay. */
  readonly redirects?: 'refuse' | 'same-origin' | undefined;
  /** The clock of every deadline; `asyncScheduler` by default, a `TestScheduler` in marble tests. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Allows an `apiKey` in a web page, where every visitor can read it. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

/** What is known of a response when its headers have arrived. */
export interface ResponseInfo {
  readonly status: number;
  readonly headers: Headers;
  /** The id under which the server's support finds the request. */
  readonly requestId: string | undefined;
  readonly rateLimits: RateLimits;
}

/** Settings of one request: those of the client, replaced field by field, and what only one request can have. */
export interface RequestOptions extends ClientConfig {
  /** Sent as `idempotency-key`, the same in every attempt. */
  readonly idempotencyKey?: string | undefined;
  /** Called once per exchange when its headers have arrived, error answers included. */
  readonly onResponse?: ((response: ResponseInfo) => void) | undefined;
  /** Passed through to interceptors, never sent. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

const clientKeys = [
  'apiKey',
  'baseURL',
  'organization',
  'project',
  'headers',
  'query',
  'transport',
  'interceptors',
  'deadlines',
  'limits',
  'redirects',
  'scheduler',
  'dangerouslyAllowBrowser',
] as const satisfies readonly (keyof RequestOptions)[];

const requestKeys = [
  ...clientKeys,
  'idempotencyKey',
  'onResponse',
  'context',
] as const satisfies readonly (keyof RequestOptions)[];

/** Where to look for what another library calls by another name. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['maxRetries', 'use the retryTransient() operator, per call or in interceptors'],
  ['retry', 'use the retryTransient() operator, per call or in interceptors'],
  ['timeout', 'use deadlines: { headers, firstChunk, idle, total }'],
  ['defaultHeaders', 'use headers'],
  ['defaultQuery', 'use query'],
  ['fetch', 'use transport: fetchTransport({ fetch })'],
  ['dispatcher', "use transport: undiciTransport({ dispatcher }), from 'rxllm/node'"],
  ['httpAgent', "use transport: undiciTransport({ dispatcher }), from 'rxllm/node'"],
  ['fetchOptions', 'use transport: fetchTransport({ fetch })'],
  ['signal', 'unsubscribe instead; that aborts the request'],
  ['baseUri', 'use baseURL'],
  ['apiBase', 'use baseURL'],
  ['api_key', 'use apiKey'],
  ['key', 'use apiKey'],
  ['token', 'use apiKey'],
]);

type Check = (value: unknown) => boolean;

const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFunction: Check = (value) => typeof value === 'function';
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTextRecord: Check = (value) =>
  isObject(value) &&
  // Headers and maps keep their entries elsewhere than in fields.
  !(Symbol.iterator in (value as object)) &&
  Object.values(value as object).every((item) => typeof item === 'string');

const rules: Readonly<Record<(typeof requestKeys)[number], readonly [Check, string]>> = {
  apiKey: [(value) => typeof value === 'string' || isFunction(value), 'a string, or a function that gives one'],
  baseURL: [isText, 'an address, such as http://localhost:11434/v1'],
  organization: [isText, 'a string'],
  project: [isText, 'a string'],
  headers: [isTextRecord, 'an object of strings'],
  query: [isTextRecord, 'an object of strings'],
  transport: [isFunction, 'a transport, such as fetchTransport()'],
  interceptors: [(value) => Array.isArray(value) && value.every(isFunction), 'an array of functions (request, next)'],
  deadlines: [isObject, 'an object of milliseconds: headers, firstChunk, idle, total'],
  limits: [isObject, 'an object of numbers: eventBytes, errorBodyBytes, choices, toolCalls'],
  redirects: [(value) => value === 'refuse' || value === 'same-origin', "'refuse' or 'same-origin'"],
  scheduler: [
    (value) => isObject(value) && isFunction((value as { schedule?: unknown }).schedule),
    'an rxjs scheduler',
  ],
  dangerouslyAllowBrowser: [(value) => typeof value === 'boolean', 'true or false'],
  idempotencyKey: [isText, 'a string'],
  onResponse: [isFunction, 'a function'],
  context: [isObject, 'an object'],
};

/**
 * Checks the configuration of a client, or the options of a request.
 *
 * @throws {TypeError} Naming the field and what is allowed, or what to use where people look for another library's name.
 */
export function checkClientConfig(config: RequestOptions, where: 'client' | 'request'): void {
  const allowed = where === 'client' ? clientKeys : requestKeys;
  checkKeys(config, allowed, where === 'client' ? 'createClient()' : 'the request options', elsewhere);
  for (const key of allowed) {
    const [isValid, expected] = rules[key];
    if (config[key] !== undefined && !isValid(config[key])) {
      throw new TypeError(`${key} must be ${expected}`);
    }
  }
  checkNumbers('deadlines', config.deadlines, ['headers', 'firstChunk', 'idle', 'total'], (value) => value > 0);
  checkNumbers(
    'limits',
    config.limits,
    ['eventBytes', 'errorBodyBytes', 'choices', 'toolCalls'],
    (value) => value >= 1,
  );
}

function checkNumbers(
  name: string,
  group: object | undefined,
  allowed: readonly string[],
  isValid: (value: number) => boolean,
): void {
  checkKeys(group ?? {}, allowed, name, new Map());
  for (const [key, value] of Object.entries(group ?? {})) {
    if (value !== undefined && !(typeof value === 'number' && isValid(value))) {
      throw new TypeError(`${name}.${key} must be a positive number, or Infinity for none`);
    }
  }
}

function checkKeys(
  config: object,
  allowed: readonly string[],
  where: string,
  hints: ReadonlyMap<string, string>,
): void {
  if (!isObject(config)) {
    throw new TypeError(`An object is expected in ${where}`);
  }
  checkFields(config, allowed, where, hints);
}
