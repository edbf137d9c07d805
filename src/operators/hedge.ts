import { asyncScheduler, concat, interval, map, type Observable, of, type SchedulerLike, take } from 'rxjs';
import type { AnswerValue } from '../formats/answer-formats.js';
import { check, checkConfig, checkDuration, checkScheduler, checkSource } from '../util/check.js';
import { firstToAnswer } from './first-to-answer.js';

/** Configuration of {@link hedge}. */
export interface HedgeConfig {
  /** How long to wait for an answer to begin, in milliseconds, before sending another request. */
  readonly after: number;
  /** The number of requests, including the first. Default 2. */
  readonly max?: number | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Subscribes to the source, and again each time `after` passes before an answer begins. The answer that begins first is
 * emitted, with the chunks sent before it; the other requests are unsubscribed at once.
 *
 * ```text
 * first:   r-----------a-|
 * second:       -s-b---c-|
 * result:  --------(sb)c-|   after 5; r, s = role chunks
 * ```
 *
 * {@link raceToFirstText} explains how an answer begins, and what happens to requests that fail or complete without one. A
 * failure does not trigger the next request early, since the server may be busy: if no request is running, the error
 * passes through at once. Put a retry operator after `hedge`, or into the source.
 *
 * You pay for every request. If 95% of answers begin within `after`, the cost rises by about 5%.
 *
 * @param source A cold Observable of chunks, response events or strings.
 * @throws TypeError if `source` cannot be converted to an Observable, `after` is negative or not finite, or `max` is not a
 *   whole number of 1 or more.
 * @see {@link raceToFirstText} to start several requests at once.
 */
export function hedge<T extends string | AnswerValue>(source: Observable<T>, config: HedgeConfig): Observable<T> {
  checkConfig('hedge', config, ['after', 'max', 'scheduler']);
  const { max = 2, scheduler = asyncScheduler } = config;
  const asked = checkSource('source', source);
  checkScheduler(scheduler);
  const after = checkDuration('after', config.after);
  check(Number.isInteger(max) && max >= 1, 'max', 'a whole number, 1 or more', max);
  const further = interval(after, scheduler).pipe(
    take(max - 1),
    map(() => asked),
  );
  return concat(of(asked), further).pipe(firstToAnswer());
}
