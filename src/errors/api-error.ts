import { LlmError, type LlmErrorInit } from './llm-error.js';
import type { RateLimits } from './rate-limits.js';

/** The fields of an {@link ApiError}. */
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
  /** The server's own code, such as `model_not_found`; `undefined` if it sent none. */
  readonly code: string | undefined;
  /** The server's own error type, such as `invalid_request_error`. */
  readonly type: string | undefined;
  /** The request field that the server rejects. */
  readonly param: string | undefined;
  /** Response headers that help to understand the error. Cookies, organization ids and unknown headers are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The rate limits in the response headers. */
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
