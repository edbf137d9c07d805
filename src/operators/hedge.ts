import { asyncScheduler, concat, interval, map, type Observable, of, type SchedulerLike, take } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { check, checkConfig, checkDuration, checkScheduler, checkSource } from '../util/check.js';
import { firstToAnswer } from './first-to-answer.js';

/** When {@link hedge} asks again. */
export interface HedgeConfig {
  /** How long to wait for an answer to begin, in milliseconds, before the source is subscribed once more. */
  readonly after: number;
  /** How many requests there may be, the first included. Default 2. */
  readonly max?: number | undefined;
  /** What the waiting is done on. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Subscribes to the source, and once more each time `after` has passed while no answer has begun. The answer that
 * begins first is emitted, with the chunks sent before it; the other requests are unsubscribed at once.
 *
 * ```text
 * first:   r-----------a-|
 * second:       -s-b---c-|
 * result:  --------(sb)c-|   after 5; r, s = role chunks
 * ```
 *
 * What an answer begins with is told at {@link raceToFirstText}, and so is what happens to requests that fail or
 * complete without one. A failure does not bring the next request forward, for a server that is busy is not to be asked
 * twice: when no request is running, the error passes at once. Put a retry operator behind it, or into the source.
 *
 * Each request is paid for. An `after` that 95 % of answers meet adds about 5 %.
 *
 * @param source A cold Observable of chunks or of strings.
 * @throws TypeError when `source` is none, `after` is not a finite number of 0 or more, or `max` not a whole number of 1
 *   or more.
 * @see {@link raceToFirstText} to ask several at once.
 */
export function hedge<T extends string | AnswerChunk>(source: Observable<T>, config: HedgeConfig): Observable<T> {
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
