import type { Observable, SchedulerLike } from 'rxjs';
import type { RateLimits } from '../errors/rate-limits.js';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import type { Interceptor, Transport } from '../transport/transport.js';
import { checkFields, isScheduler } from '../util/check.js';
import { isObject } from '../util/is-object.js';

/**
 * A key, or a function that returns one. The function is called for each HTTP request, so that every attempt has a
 * fresh token, and in the async context (`AsyncLocalStorage`) of the request's subscriber, so that it can return the key of
 * the current user.
 */
export type ApiKey = string | (() => string | PromiseLike<string> | Observable<string>);

/** Deadlines in milliseconds; `Infinity` for none. Comments and empty keep-alive events do not count as activity. */
export interface Deadlines {
  /** From sending an exchange to its response headers. Default 10 minutes. */
  readonly headers?: number | undefined;
  /** From subscription to the first chunk. Default 10 minutes. */
  readonly firstChunk?: number | undefined;
  /** Between two chunks. Default 5 minutes. */
  readonly idle?: number | undefined;
  /** From subscription to completion. Default none. */
  readonly total?: number | undefined;
}

/** How much a server may send before a `LimitError` is raised. */
export interface Limits {
  /** Decoded bytes of one event, of a streamed answer that comes as one document, or of a list of models. Default 16 MiB. */
  readonly eventBytes?: number | undefined;
  /** Decoded bytes of an answer that is one value, such as embeddings. Default 128 MiB. */
  readonly answerBytes?: number | undefined;
  /** Bytes read from an error body; the rest is cut off without an error. Default 64 KiB. */
  readonly errorBodyBytes?: number | undefined;
  /** Choices in a stream. Default 128. */
  readonly choices?: number | undefined;
  /** Tool calls in a choice. Default 128. */
  readonly toolCalls?: number | undefined;
}

/** How a stream is taken up where its connection broke, with the fields of a retry operator. */
export interface ResumeConfig extends Pick<RetryConfig, 'maxDelay' | 'notify' | 'random'> {
  /** The number of attempts in a row that bring nothing new; `Infinity` for no limit. Default 5. */
  readonly count?: number | undefined;
}

/** Configuration of a client. Every field is optional. */
export interface ClientConfig {
  /** Sent as a bearer token. On Node, Bun and Deno, defaults to `OPENAI_API_KEY`, but not for a `baseURL` set in code. */
  readonly apiKey?: ApiKey | undefined;
  /**
   * The address of the API, such as `http://localhost:11434/v1`. On Node, Bun and Deno, defaults to `OPENAI_BASE_URL`, then
   * OpenAI.
   */
  readonly baseURL?: string | undefined;
  /** Sent as `openai-organization`. */
  readonly organization?: string | undefined;
  /** Sent as `openai-project`. */
  readonly project?: string | undefined;
  /** Headers of every request; they override the client's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Query parameters of every request, such as Azure's `api-version`. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sends the HTTP requests. Defaults to undici on Node, and to `fetch` elsewhere. */
  readonly transport?: Transport | undefined;
  /** Wrapped around every exchange, the first one outermost. Client-wide retry goes here. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  readonly deadlines?: Deadlines | undefined;
  readonly limits?: Limits | undefined;
  /** Whether to follow redirects within the same origin. By default all are refused, so that no key reaches another server. */
  readonly redirects?: 'refuse' | 'same-origin' | undefined;
  /**
   * How a stream that the server keeps and numbers, such as that of a background response or of a relay, is taken up where
   * its connection broke; `false` for one exchange per subscription.
   */
  readonly resume?: ResumeConfig | false | undefined;
  /**
   * What becomes of the work of a server that keeps a stream, when that is unsubscribed before its end: `leave` or `stop` it. By
   * default a background response is left, and the stream of a relay is stopped.
   */
  readonly onUnsubscribe?: 'leave' | 'stop' | undefined;
  /** The clock of every deadline. Default `asyncScheduler`; a `TestScheduler` in marble tests. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Allows an `apiKey` in a web page, where every visitor can read it. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

/** The head of a response. */
export interface ResponseInfo {
  readonly status: number;
  readonly headers: Headers;
  /** The id of the request on the server, to quote to its support. */
  readonly requestId: string | undefined;
  /** The id under which a relay keeps the stream, for `resumeStream`. */
  readonly streamId: string | undefined;
  readonly rateLimits: RateLimits;
}

/** Options of one request. They override the client's configuration field by field. */
export interface RequestOptions extends ClientConfig {
  /** Sent as `idempotency-key`, the same in every attempt. */
  readonly idempotencyKey?: string | undefined;
  /** Called once per exchange when its headers arrive, including those of error responses. */
  readonly onResponse?: ((response: ResponseInfo) => void) | undefined;
  /**
   * Called when a stream is unsubscribed before its end: `true` stops the work of a server that keeps it, even with
   * `onUnsubscribe: 'leave'`.
   */
  readonly stopOnUnsubscribe?: (() => boolean) | undefined;
  /** Passed to interceptors, never sent. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

type Check = (value: unknown) => boolean;

const isFunction: Check = (value) => typeof value === 'function';
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTextRecord: Check = (value) =>
  isObject(value) &&
  // `Headers` and `Map` have no fields.
  !(Symbol.iterator in value) &&
  Object.values(value).every((item) => typeof item === 'string');

const groups = {
  deadlines: ['headers', 'firstChunk', 'idle', 'total'],
  limits: ['eventBytes', 'answerBytes', 'errorBodyBytes', 'choices', 'toolCalls'],
} as const;

const clientRules: Readonly<Record<keyof ClientConfig, readonly [Check, string]>> = {
  apiKey: [(value) => typeof value === 'string' || isFunction(value), 'a string, or a function that returns one'],
  baseURL: [isText, 'an address, such as http://localhost:11434/v1'],
  organization: [isText, 'a string'],
  project: [isText, 'a string'],
  headers: [isTextRecord, 'an object of strings'],
  query: [isTextRecord, 'an object of strings'],
  transport: [isFunction, 'a transport, such as fetchTransport()'],
  interceptors: [(value) => Array.isArray(value) && value.every(isFunction), 'an array of functions (request, next)'],
  deadlines: [isObject, `an object of milliseconds: ${groups.deadlines.join(', ')}`],
  limits: [isObject, `an object of numbers: ${groups.limits.join(', ')}`],
  redirects: [(value) => value === 'refuse' || value === 'same-origin', "'refuse' or 'same-origin'"],
  resume: [(value) => value === false || isObject(value), 'false, or an object: count, maxDelay, notify, random'],
  onUnsubscribe: [(value) => value === 'leave' || value === 'stop', "'leave' or 'stop'"],
  scheduler: [isScheduler, 'an rxjs scheduler'],
  dangerouslyAllowBrowser: [(value) => typeof value === 'boolean', 'true or false'],
};

const isDelay: Check = (value) => typeof value === 'number' && value >= 0;

const resumeRules: Readonly<Record<keyof ResumeConfig, readonly [Check, string]>> = {
  count: [
    (value) => isDelay(value) && (Number.isInteger(value) || value === Infinity),
    'a whole number, 0 or more, or Infinity',
  ],
  maxDelay: [isDelay, 'a number of milliseconds, 0 or more, or Infinity'],
  notify: [(value) => isFunction(value) || isObject(value), 'a function or an observer'],
  random: [isFunction, 'a function'],
};

const requestRules: Readonly<Record<keyof RequestOptions, readonly [Check, string]>> = {
  ...clientRules,
  idempotencyKey: [isText, 'a string'],
  onResponse: [isFunction, 'a function'],
  stopOnUnsubscribe: [isFunction, 'a function'],
  context: [isObject, 'an object'],
};

/** What to use instead of names that people know from other libraries. */
const hints: ReadonlyMap<string, string> = new Map([
  ['maxRetries', 'use the retryTransient() operator, per call or in interceptors'],
  ['retry', 'use the retryTransient() operator, per call or in interceptors'],
  ['timeout', 'use deadlines: { headers, firstChunk, idle, total }'],
  ['defaultHeaders', 'use headers'],
  ['defaultQuery', 'use query'],
  ['fetch', 'use transport: fetchTransport({ fetch })'],
  ['dispatcher', "use transport: undiciTransport({ dispatcher }), from 'rxllm/node'"],
  ['httpAgent', "use transport: undiciTransport({ dispatcher }), from 'rxllm/node'"],
  ['fetchOptions', 'use transport: fetchTransport({ fetch })'],
  ['signal', 'unsubscribe instead, which aborts the request'],
  ['starting_after', 'use after, of resumeResponse()'],
  ['baseUri', 'use baseURL'],
  ['apiBase', 'use baseURL'],
  ['api_key', 'use apiKey'],
  ['key', 'use apiKey'],
  ['token', 'use apiKey'],
]);

/**
 * Checks the configuration of a client, or the options of a request. Unlike `util/check`, its messages never show a value,
 * which could be a key.
 *
 * @throws {TypeError} Naming the field and what is allowed, or what to use instead of another library's name.
 */
export function checkClientConfig(config: RequestOptions, place: 'client' | 'request'): void {
  const rules: Readonly<Record<string, readonly [Check, string]>> = place === 'client' ? clientRules : requestRules;
  const subject = place === 'client' ? 'configuration of createClient' : 'request options';
  const fields: unknown = config;
  if (!isObject(fields)) {
    throw new TypeError(`The ${subject} must be an object`);
  }
  checkFields(fields, Object.keys(rules), `the ${subject}`, hints);
  checkRules(fields, rules, '');
  if (config.resume) {
    checkFields(config.resume, Object.keys(resumeRules), 'resume');
    checkRules({ ...config.resume }, resumeRules, 'resume.');
  }
  for (const [name, known] of Object.entries(groups)) {
    checkNumbers(name, fields[name] ?? {}, known);
  }
}

function checkRules(
  fields: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, readonly [Check, string]>>,
  prefix: string,
): void {
  for (const [key, [isValid, expected]] of Object.entries(rules)) {
    if (fields[key] !== undefined && !isValid(fields[key])) {
      throw new TypeError(`${prefix}${key} must be ${expected}`);
    }
  }
}

function checkNumbers(name: string, group: object, known: readonly string[]): void {
  checkFields(group, known, name);
  for (const [key, value] of Object.entries(group)) {
    if (value !== undefined && !(typeof value === 'number' && value > 0 && (name === 'deadlines' || value >= 1))) {
      throw new TypeError(`${name}.${key} must be a positive number, or Infinity for no limit`);
    }
  }
}
