import { ApiError, type ApiErrorInit } from './api-error.js';

/**
 * Too many requests (HTTP 429); waiting helps. Raised before the first chunk, so a retry repeats no output. A used-up quota,
 * where waiting does not help, is an {@link ApiError} of kind `quota` instead.
 */
export class RateLimitError extends ApiError {
  override readonly name = 'RateLimitError';

  constructor(message: string, init: Omit<ApiErrorInit, 'kind'>) {
    super(message, { ...init, kind: 'rate_limit' });
  }
}
