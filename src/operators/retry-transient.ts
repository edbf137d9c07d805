import type { MonoTypeOperatorFunction } from 'rxjs';
import { isLlmError } from '../errors/llm-error.js';
import type { RetryConfig } from './retry-config.js';
import { retryWhileSilent } from './retry-while-silent.js';

/**
 * Subscribes to the source again when it fails with an error that a fresh request may heal (`retryable`: rate limits,
 * overload, lost connections, deadlines, truncation), but only while it has emitted nothing, so that no output is
 * repeated. Each subscription to a request is a new one, so the source must be cold.
 *
 * ```text
 * first:   --#
 * second:       --a-b|
 * result:  -------a-b|   # = a retryable error, then a pause of 3
 * ```
 *
 * The pause is what the server asked for, never less. Where it asked for nothing it is random, between 0 and 500 ms
 * before the first retry, and twice that before each further one, up to 8 s. An error after the first value, one that
 * no retry heals, one whose pause is longer than `maxDelay`, and the last one when `count` is used up pass unchanged.
 * Completion passes through; unsubscribing during a pause ends it.
 *
 * Put it before anything that emits on its own, such as `startWith`, behind which it would never see silence.
 *
 * @throws TypeError for a field of `config` that is not what {@link RetryConfig} allows.
 * @see {@link retryOnRateLimit} to wait for rate limits only. Use one of the two: stacked, they multiply.
 */
export function retryTransient<T>(config: RetryConfig = {}): MonoTypeOperatorFunction<T> {
  return retryWhileSilent('retryTransient', (error) => isLlmError(error) && error.retryable, config);
}
