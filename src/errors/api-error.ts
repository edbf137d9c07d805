import { LlmError, type LlmErrorInit } from './llm-error.js';
import type { RateLimits } from './rate-limits.js';

/** What an {@link ApiError} is made from. */
export interface ApiErrorInit extends LlmErrorInit {
  readonly status: number;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly param?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rateLimits?: RateLimits;
}

/** The server answered with a status other than 2xx. */
export class ApiError extends LlmError {
  override readonly name: string = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** The server's own code, such as `model_not_found`; `undefined` when it sent none. */
  readonly code: string | undefined;
  /** The server's own error type, such as `invalid_request_error`. */
  readonly type: string | undefined;
  /** The request field the server complains about. */
  readonly param: string | undefined;
  /** The response headers that help to understand the error; cookies and the like are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the rate-limit headers said. */
  readonly rateLimits: RateLimits;

  constructor(message: string, init: ApiErrorInit) {
    super(message, init);
    this.status = init.status;
    this.code = init.code;
    this.type = init.type;
    this.param = init.param;
    this.headers = init.headers ?? {};
    this.rateLimits = init.rateLimits ?? {};
  }
}
