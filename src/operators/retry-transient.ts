import type { MonoTypeOperatorFunction } from 'rxjs';
import { isLlmError } from '../errors/llm-error.js';
import { type RetryConfig, retryWithBackoff } from './retry-with-backoff.js';

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
 * On chunks a role counts as output, although nobody sees it. Behind `textDeltas()` or `accumulateText()` only text does,
 * so that there a retry also heals what breaks between the role and the first word.
 *
 * Put it before anything that emits on its own, such as `startWith`, behind which it would never see silence.
 *
 * With `restart: true` it also starts a stream anew that broke after output. That is for the place right behind an
 * accumulating operator, whose snapshots replace one another: what is shown begins anew, and nothing is repeated.
 * Increments would be repeated, so where chunks come it fails with a `TypeError`.
 *
 * ```text
 * first:   -a-b-#
 * second:          -a-b-c|
 * result:  -a-b-----a-b-c|   restart: true, behind accumulateText; a pause of 3
 * ```
 *
 * @throws TypeError for a field of `config` that is not what {@link RetryConfig} allows.
 * @see {@link createRetryBudget} to bound what an outage costs, over all streams of an application.
 * @see {@link retryOnRateLimit} to wait for rate limits only. Use one of the two: stacked, they multiply.
 */
export function retryTransient<T>(config: RetryConfig = {}): MonoTypeOperatorFunction<T> {
  return retryWithBackoff('retryTransient', (error) => isLlmError(error) && error.retryable, config);
}
