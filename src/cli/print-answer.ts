import { connect, defer, identity, ignoreElements, merge, type Observable, type OperatorFunction, tap } from 'rxjs';
import {
  coalesceText,
  measure,
  type Message,
  type RetryNotice,
  type StreamTiming,
  type TextChunk,
  toMessage,
} from '../index.node.js';
import { describeEnding } from './describe-ending.js';
import { formatStats } from './format-stats.js';
import { printText } from './print-text.js';
import type { Display } from './question.js';
import { showWaiting } from './show-waiting.js';
import type { Streams } from './streams.js';
import { toOutput } from './to-output.js';
import { writeLine } from './write-line.js';

/**
 * Prints an answer on stdout as `display` says; then, on stderr, what is to be known about its end. Emits nothing,
 * completes when all is written, and passes errors on after what came before them.
 *
 * @param retries Emits when a pause before a further attempt begins, which is shown on stderr.
 */
export function printAnswer(
  display: Display,
  retries: Observable<RetryNotice>,
  { stdout, stderr }: Omit<Streams, 'stdin'>,
): OperatorFunction<TextChunk, never> {
  const { delay, stats } = display;
  return (source) =>
    defer(() => {
      let timing: StreamTiming | undefined;
      const note = (message: Message): void => {
        const ending = describeEnding(message);
        const lines = [ending ?? [], stats && timing !== undefined ? formatStats(timing, message.usage) : []].flat();
        lines.forEach((line) => writeLine(stderr, line, 'dim'));
      };
      return source.pipe(
        measure((measured) => {
          timing = measured;
        }),
        connect((chunks) =>
          merge(
            chunks.pipe(
              toOutput(display),
              showWaiting(stderr, retries),
              delay === 0 ? identity : coalesceText(delay),
              printText(stdout),
            ),
            chunks.pipe(toMessage(), tap(note)),
          ),
        ),
        ignoreElements(),
      );
    });
}
