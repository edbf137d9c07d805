import { ApiError, type ApiErrorInit } from './api-error.js';

/**
 * The server asked us to slow down (HTTP 429), and waiting heals it. Raised before the first chunk, so retrying repeats
 * no output. A used-up quota, which no waiting heals, is an {@link ApiError} of kind `quota` instead.
 */
export class RateLimitError extends ApiError {
  override readonly name = 'RateLimitError';

  constructor(message: string, init: Omit<ApiErrorInit, 'kind'>) {
    super(message, { ...init, kind: 'rate_limit' });
  }
}
