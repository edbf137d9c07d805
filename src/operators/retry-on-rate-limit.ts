import type { MonoTypeOperatorFunction } from 'rxjs';
import { isLlmError } from '../errors/llm-error.js';
import { type RetryConfig, retryWithBackoff } from './retry-with-backoff.js';

/**
 * Resubscribes to the source when the server is busy: after errors of kind `rate_limit` and `overloaded`, unless the
 * server asked not to retry. Lost connections and other errors pass through at once.
 *
 * ```text
 * first:   --#
 * second:       --a-b|
 * result:  -------a-b|   # = 429 with a retry-after of 3
 * ```
 *
 * Everything else is as in {@link retryTransient}: pauses, `restart`, `budget`, completion and unsubscribing, and no retry
 * after output. As there, a role counts as output; after `textDeltas()` only text does. The source must be cold.
 *
 * @throws TypeError if `config` is invalid.
 * @see {@link retryTransient} for all retryable errors, rate limits included. Use only one of the two: stacked, their
 *   retries multiply.
 */
export function retryOnRateLimit<T>(config: RetryConfig = {}): MonoTypeOperatorFunction<T> {
  return retryWithBackoff('retryOnRateLimit', isBusy, config);
}

function isBusy(error: unknown): boolean {
  return isLlmError(error) && error.retryable && (error.kind === 'rate_limit' || error.kind === 'overloaded');
}
