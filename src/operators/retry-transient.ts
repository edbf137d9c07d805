import type { MonoTypeOperatorFunction } from 'rxjs';
import { isLlmError } from '../errors/llm-error.js';
import { check } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { type RetryConfig, retryWithBackoff } from './retry-with-backoff.js';

/**
 * Resubscribes to the source when it fails with a `retryable` error (rate limits, overload, lost connections, deadlines,
 * truncation), but only while it has emitted nothing, so that no output is repeated. The source must be cold, so that each
 * subscription is a new request.
 *
 * ```text
 * first:   --#
 * second:       --a-b|
 * result:  -------a-b|   # = a retryable error, then a pause of 3
 * ```
 *
 * The pause is never shorter than the server asked for. If it asked for none, the pause is random, between 0 and a ceiling
 * of `initialDelay` (500 ms) that doubles with each retry, to at most `backoffLimit` (8 s). An error passes through
 * unchanged if it comes after the first value, is not retryable, asks for a pause longer than `maxDelay`, or exceeds
 * `count`. Completion passes through; unsubscribing during a pause cancels the retry.
 *
 * For chunks the role already counts as output. After `textDeltas()` or `accumulateText()` only text does, so there a
 * failure between the role and the first word is retried too.
 *
 * Put it before operators that emit on their own, such as `startWith`, whose values would count as output.
 *
 * With `restart: true` it also restarts a stream that fails after output. Put it directly after an accumulating operator:
 * its snapshots replace each other, so nothing is repeated. Chunks would be repeated, so they are a `TypeError`.
 *
 * ```text
 * first:   -a-b-#
 * second:          -a-b-c|
 * result:  -a-b-----a-b-c|   restart: true, after accumulateText; a pause of 3
 * ```
 *
 * @throws TypeError if `config` is invalid.
 * @see {@link createRetryBudget} to limit the retries of all streams of an application during an outage.
 * @see {@link retryOnRateLimit} to retry rate limits only. Use only one of the two: stacked, their retries multiply.
 */
export function retryTransient<T>(config: RetryConfig = {}): MonoTypeOperatorFunction<T> {
  return retryWithBackoff('retryTransient', (error) => isLlmError(error) && error.retryable, config);
}

/** @throws TypeError if `retry` is neither `false` nor a configuration that {@link retryTransient} accepts. */
export function checkRetry(retry: RetryConfig | false): void {
  if (retry !== false) {
    check(isObject(retry), 'retry', 'an object such as { count: 2 }, or false', retry);
    retryTransient(retry);
  }
}
