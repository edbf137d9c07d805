import { asyncScheduler, defer, of, tap, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { checkFunction, checkScheduler } from '../util/check.js';
import { holdsText } from './holds-text.js';
import type { StreamTiming } from './stream-timing.js';

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
