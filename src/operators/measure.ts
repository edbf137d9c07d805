import { asyncScheduler, defer, type MonoTypeOperatorFunction, of, type SchedulerLike, tap } from 'rxjs';
import { holdsText, usageOf } from '../formats/answer-formats.js';
import { checkFunction, checkScheduler } from '../util/check.js';
import { checkCalled } from '../util/misuse.js';

/**
 * The timing of one stream. All times are in milliseconds since its subscription; a gap is the time between two chunks.
 * Unknown values are left out, and no number is `NaN` or infinite.
 */
export interface StreamTiming {
  /** How the stream ended. */
  readonly outcome: 'complete' | 'error' | 'unsubscribe';
  /** The time until it ended. */
  readonly duration: number;
  /** The time to the first value; left out if there was none. */
  readonly timeToFirstChunk?: number;
  /** The time to the first value with text or reasoning; left out if there was none. */
  readonly timeToFirstText?: number;
  /** The number of values. */
  readonly chunks: number;
  /** The longest gap; 0 with fewer than two chunks. */
  readonly longestGap: number;
  /** The mean gap; 0 with fewer than two chunks. */
  readonly meanGap: number;
  /**
   * Chunks per second, not counting the first, from the first chunk to the last; 0 with fewer than two chunks, or if no
   * time passed.
   */
  readonly chunksPerSecond: number;
  /** The last count of output tokens from the server, hidden reasoning included; left out if it sent no usage. */
  readonly outputTokens?: number;
  /**
   * Output tokens per second, not counting the first token, from the first text to the last chunk; left out if unknown,
   * with fewer than two tokens, or if no time passed.
   */
  readonly tokensPerSecond?: number;
}

/**
 * Reports the timing of the stream once per subscription, when it completes, errors or is unsubscribed, just before the
 * consumer is notified. Everything passes through unchanged.
 *
 * ```text
 * source:  --a-b----c|   reported at the end: 2 to the first chunk, gaps of 2 and 5
 * result:  --a-b----c|
 * ```
 *
 * Text is read from chunks, response events and strings, and usage from the first two; other values are only timed. Memory does not grow with the
 * length of the stream.
 *
 * An error thrown by `report` does not affect the stream. It is rethrown asynchronously, as from any subscriber's
 * callback, and can be caught with rxjs's `config.onUnhandledError`.
 *
 * @throws TypeError when `report` is not a function.
 */
export function measure<T>(
  report: (timing: StreamTiming) => void,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  checkCalled('measure', report);
  checkFunction('report', report);
  checkScheduler(scheduler);
  return (source) =>
    defer(() => {
      const started = scheduler.now();
      let chunks = 0;
      let firstChunk = started;
      let lastChunk = started;
      let longestGap = 0;
      let firstText: number | undefined;
      let outputTokens: number | undefined;

      const note = (value: T): void => {
        const now = scheduler.now();
        if (chunks === 0) {
          firstChunk = now;
        } else {
          longestGap = Math.max(longestGap, now - lastChunk);
        }
        lastChunk = now;
        chunks++;
        firstText ??= holdsText(value) ? now : undefined;
        outputTokens = usageOf(value)?.outputTokens ?? outputTokens;
      };
      const end = (outcome: StreamTiming['outcome']): void => {
        const gaps = gapsOf(chunks);
        const chunkTime = lastChunk - firstChunk;
        const textTime = lastChunk - (firstText ?? lastChunk);
        const timing: StreamTiming = {
          outcome,
          duration: scheduler.now() - started,
          ...(chunks > 0 && { timeToFirstChunk: firstChunk - started }),
          ...(firstText !== undefined && { timeToFirstText: firstText - started }),
          chunks,
          longestGap,
          meanGap: gaps > 0 ? chunkTime / gaps : 0,
          chunksPerSecond: chunkTime > 0 ? (1000 * gaps) / chunkTime : 0,
          ...(outputTokens !== undefined && { outputTokens }),
          ...(gapsOf(outputTokens) > 0 &&
            textTime > 0 && { tokensPerSecond: (1000 * gapsOf(outputTokens)) / textTime }),
        };
        of(timing).subscribe(report);
      };

      return source.pipe(
        tap({
          next: note,
          complete: () => end('complete'),
          error: () => end('error'),
          unsubscribe: () => end('unsubscribe'),
        }),
      );
    });
}

/** There is one fewer gap than there are values. */
function gapsOf(count = 0): number {
  return Math.max(count - 1, 0);
}
