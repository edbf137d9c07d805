import { asyncScheduler, Subscription, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { check, checkConfig, checkDuration, checkScheduler } from '../util/check.js';
import { checkCalled, checkText } from '../util/misuse.js';
import { operate } from '../util/operate.js';
import { TextBacklog } from './text-backlog.js';
import { createUnitEnds, type TextUnit } from './unit-ends.js';

/** Configuration of {@link smoothText}. Times are in milliseconds. */
export interface SmoothTextConfig {
  /**
   * The unit that is emitted whole. Default `'word'`: a word with its punctuation and the whitespace after it; in Chinese,
   * Japanese or Thai a word as found by `Intl.Segmenter`. A `'line'` ends with its line feed. A `'grapheme'` is what a
   * reader sees as one character, such as a flag, an emoji of several people, or a letter with its accents.
   */
  readonly unit?: TextUnit | undefined;
  /** The minimum time between two emissions. Default 16, about one frame. */
  readonly interval?: number | undefined;
  /** The maximum delay of any text; a longer `interval` is reduced to it. Default 400. */
  readonly maxLag?: number | undefined;
  /** Whether completion emits pending text at once. Default `false`: it is still paced, which delays completion. */
  readonly flush?: boolean | undefined;
  /** The language whose rules separate words, such as `'ja'`. By default that of the runtime. */
  readonly locale?: string | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits text evenly, as if it were typed: bursts are split into units, none delayed by more than `maxLag`. No text is lost.
 *
 * ```text
 * source:  a---------b-|      a = 'one two three ', b = 'four'
 * result:  x-y-z-------(b|)   interval 2, maxLag 8; x = 'one ', y = 'two ', z = 'three '
 * ```
 *
 * There is at most one emission per `interval`: one unit, or as many as needed to emit all pending text in time at an even
 * pace. The last unit waits until it is complete: a word until whitespace or another word follows, a grapheme until the
 * next one begins. After `maxLag` it is emitted as it is, except that the first half of a surrogate pair always waits for
 * the second. A unit longer than 512 UTF-16 code units (a line: 4,096) is emitted in parts.
 *
 * Completion waits for the pending text, for `maxLag` at most; with `flush` it emits that text at once. An error also
 * emits the pending text at once, then passes through; unsubscribing drops it. Timers that fire late add to the delay.
 *
 * Use it for text that people read as it arrives. Text accumulated after it needs no `throttleRender`, since it is not
 * emitted more often than a screen can show it.
 *
 * @throws TypeError if a duration is negative or not a finite number, or `unit` or `locale` is unknown.
 * @see {@link coalesceText} to reduce the number of updates without spreading the text.
 * @see {@link throttleRender} for snapshots, such as whole messages, where only the latest matters.
 */
export function smoothText(config: SmoothTextConfig = {}): MonoTypeOperatorFunction<string> {
  checkCalled('smoothText', config);
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
        // Set before emitting, in case the consumer makes the source emit again.
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
    const emitRest = (): void => {
      const text = backlog.takeAll();
      if (text !== '') {
        destination.next(text);
      }
    };

    return {
      next(text) {
        backlog.push(checkText('smoothText', text), scheduler.now() + lag);
        if (!paused) {
          proceed();
        }
      },
      error(error) {
        emitRest();
        destination.error(error);
      },
      complete() {
        ended = true;
        backlog.end(scheduler.now() + lag);
        if (flush) {
          emitRest();
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
