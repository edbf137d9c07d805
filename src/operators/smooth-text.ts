import { asyncScheduler, Subscription, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { check, checkConfig, checkDuration, checkScheduler } from '../util/check.js';
import { operate } from '../util/operate.js';
import { TextBacklog } from './text-backlog.js';
import { createUnitEnds, type TextUnit } from './unit-ends.js';

/** How text is paced. Times are in milliseconds. */
export interface SmoothTextConfig {
  /**
   * What is never shown in parts. Default `'word'`: a word with its punctuation and the whitespace after it; in
   * Chinese, Japanese or Thai the words that `Intl.Segmenter` finds. A `'line'` ends with its line feed. A
   * `'grapheme'` is what a reader sees as one character: a flag, an emoji of several people, a letter with its accents.
   */
  readonly unit?: TextUnit | undefined;
  /** The least time between two emissions, each of one unit unless more waits. Default 16, about a screen's frame. */
  readonly interval?: number | undefined;
  /** The most that any text may be delayed; an `interval` that is longer is cut to it. Default 400. */
  readonly maxLag?: number | undefined;
  /** Whether completion emits at once what waits. Default `false`: it is paced, and completion comes after it. */
  readonly flush?: boolean | undefined;
  /** The language by whose rules words are told apart, such as `'ja'`. Default: the runtime's. */
  readonly locale?: string | undefined;
  /** What tells the time and waits. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits text as if it were typed: what comes in bursts leaves evenly, unit by unit, and never later than `maxLag` after
 * it came. Nothing is lost, so the emissions joined are the source's texts joined.
 *
 * ```text
 * source:  a---------b-|      a = 'one two three ', b = 'four'
 * result:  x-y-z-------(b|)   interval 2, maxLag 8; x = 'one ', y = 'two ', z = 'three '
 * ```
 *
 * There is at most one emission per `interval`. It carries one unit, or as many as it takes for all that waits to leave
 * in time at an even pace. The last unit waits until it is whole: a word for the whitespace or the word after it, a
 * grapheme for the next one. It too waits for `maxLag` at most and then leaves as it stands, except for the first half
 * of a surrogate pair, which is no text before the second comes. A unit of more than 512 UTF-16 code units (a line: of
 * 4,096) leaves in parts.
 *
 * Completion is delayed until all has left, by `maxLag` at most, or with `flush` makes it leave at once. An error makes
 * it leave at once too, and follows; unsubscribing drops it. On a real clock a timer that fires late adds its lateness.
 *
 * Of the three operators that pace what a screen shows this is the one for text that people read as it comes. Text
 * accumulated behind it needs no `throttleRender`, since it comes no more often than the screen can show it.
 *
 * @throws TypeError when a duration is not a finite number, or negative, or `unit` or `locale` is unknown.
 * @see {@link coalesceText} for fewer updates only: it shows what it has after each pause, in one go.
 * @see {@link throttleRender} for snapshots, such as whole messages, of which only the latest matters.
 */
export function smoothText(config: SmoothTextConfig = {}): MonoTypeOperatorFunction<string> {
  checkConfig('smoothText', config, ['unit', 'interval', 'maxLag', 'flush', 'locale', 'scheduler']);
  const { unit = 'word', interval = 16, maxLag = 400, flush = false, locale, scheduler = asyncScheduler } = config;
  check(['word', 'line', 'grapheme'].includes(unit), 'unit', "'word', 'line' or 'grapheme'", unit);
  check(isLocale(locale), 'locale', "a language tag such as 'ja' or 'en-GB'", locale);
  check(typeof flush === 'boolean', 'flush', 'true or false', flush);
  checkScheduler(scheduler);
  const lag = checkDuration('maxLag', maxLag);
  const tick = Math.min(checkDuration('interval', interval), lag);

  return operate((destination) => {
    const backlog = new TextBacklog(createUnitEnds(unit, locale));
    let waiting = Subscription.EMPTY;
    let paused = false;
    let ended = false;

    const wait = (duration: number): void => {
      waiting = timer(Math.min(duration, lag), scheduler).subscribe(() => {
        waiting.unsubscribe();
        paused = false;
        proceed();
      });
      destination.add(waiting);
    };
    const proceed = (): void => {
      const now = scheduler.now();
      const text = backlog.take(now, tick);
      if (text !== '') {
        waiting.unsubscribe();
        // Before the emission, so that a consumer that makes the source emit again does not get two texts in a row.
        paused = true;
        destination.next(text);
      }
      const { deadline } = backlog;
      if (ended && deadline === undefined) {
        destination.complete();
      } else if (paused && !destination.closed) {
        wait(tick);
      } else if (waiting.closed && deadline !== undefined) {
        wait(deadline - now);
      }
    };
    const emitAll = (): void => {
      const text = backlog.takeAll();
      if (text !== '') {
        destination.next(text);
      }
    };

    return {
      next(text) {
        backlog.push(text, scheduler.now() + lag);
        if (!paused) {
          proceed();
        }
      },
      error(error) {
        emitAll();
        destination.error(error);
      },
      complete() {
        ended = true;
        backlog.end(scheduler.now() + lag);
        if (flush) {
          emitAll();
        }
        if (backlog.deadline === undefined) {
          destination.complete();
        } else if (!paused) {
          proceed();
        }
      },
    };
  });
}

function isLocale(value: unknown): boolean {
  try {
    return value === undefined || (typeof value === 'string' && Intl.getCanonicalLocales(value).length === 1);
  } catch {
    return false;
  }
}
