import type { MonoTypeOperatorFunction } from 'rxjs';
import { isLlmError } from '../errors/llm-error.js';
import { type RetryConfig, retryWithBackoff } from './retry-with-backoff.js';

/**
 * Subscribes to the source again when the server is busy: errors of kind `rate_limit` and `overloaded`, unless the
 * server said that a retry is pointless. Lost connections and other failures pass at once.
 *
 * ```text
 * first:   --#
 * second:       --a-b|
 * result:  -------a-b|   # = 429 with a retry-after of 3
 * ```
 *
 * Pauses, limits, `restart`, `budget` and the rule that nothing is retried once something was emitted are those of
 * {@link retryTransient}, and so are errors, completion and unsubscribing. There too a role counts as output, so that
 * behind `textDeltas()` it also waits out what comes between the role and the first word. The source must be cold.
 *
 * @throws TypeError for a field of `config` that is not what {@link RetryConfig} allows.
 * @see {@link retryTransient} for every error that a fresh request may heal, rate limits included. Use one of the two:
 *   stacked, they multiply.
 */
export function retryOnRateLimit<T>(config: RetryConfig = {}): MonoTypeOperatorFunction<T> {
  return retryWithBackoff('retryOnRateLimit', isBusy, config);
}

function isBusy(error: unknown): boolean {
  return isLlmError(error) && error.retryable && (error.kind === 'rate_limit' || error.kind === 'overloaded');
}
