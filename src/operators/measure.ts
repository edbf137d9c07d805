import { asyncScheduler, defer, type MonoTypeOperatorFunction, of, type SchedulerLike, tap } from 'rxjs';
import { holdsText } from '../chunks/answer-chunk.js';
import { checkFunction, checkScheduler } from '../util/check.js';

/**
 * Passes everything through, and reports how the stream went: once per subscription, when it completes, fails or is
 * unsubscribed, just before the consumer learns of it.
 *
 * ```text
 * source:  --a-b----c|   reported at the end: 2 to the first chunk, gaps of 2 and 5
 * result:  --a-b----c|
 * ```
 *
 * Chunks are read for text and usage, and strings for text; of other values it only takes the time. It keeps a few
 * numbers, however long the stream.
 *
 * An error that `report` throws leaves the stream as it is. Like that of any subscriber's callback it is thrown on a
 * later turn of the event loop, where rxjs's `config.onUnhandledError` can take it.
 *
 * @throws TypeError when `report` is not a function.
 */
export function measure<T>(
  report: (timing: StreamTiming) => void,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
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
        outputTokens = outputTokensOf(value) ?? outputTokens;
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

/** The first of a number of things ends no gap. */
function gapsOf(count = 0): number {
  return Math.max(count - 1, 0);
}

function outputTokensOf(value: unknown): number | undefined {
  const usage = typeof value === 'object' && value !== null && 'usage' in value ? value.usage : undefined;
  const tokens =
    typeof usage === 'object' && usage !== null && 'completion_tokens' in usage ? usage.completion_tokens : undefined;
  return typeof tokens === 'number' && Number.isFinite(tokens) ? tokens : undefined;
}

/**
 * How one stream went. All times are in milliseconds and count from its subscription; a gap is the time from one chunk
 * to the next. What could not be measured is left out, and no number is ever `NaN` or infinite.
 */
export interface StreamTiming {
  /** How it ended. */
  readonly outcome: 'complete' | 'error' | 'unsubscribe';
  /** The time until it ended. */
  readonly duration: number;
  /** The time until the first value; left out when none came. */
  readonly timeToFirstChunk?: number;
  /** The time until the first value that carries text, reasoning included; left out when none did. */
  readonly timeToFirstText?: number;
  /** The number of values. */
  readonly chunks: number;
  /** The longest gap; 0 with fewer than two chunks. */
  readonly longestGap: number;
  /** The mean gap; 0 with fewer than two chunks. */
  readonly meanGap: number;
  /** Gaps per second from the first chunk to the last; 0 with fewer than two chunks, or when no time passed. */
  readonly chunksPerSecond: number;
  /** The `completion_tokens` the server counted last, hidden reasoning included; left out when it sent no usage. */
  readonly outputTokens?: number;
  /**
   * The output tokens after the first, over the time from the first text to the last chunk; left out when unknown, when
   * there was one at most, or when no time passed.
   */
  readonly tokensPerSecond?: number;
}
