import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { RateLimits } from '../errors/rate-limits.js';
import type { Interceptor, Transport } from '../transport/transport.js';

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
