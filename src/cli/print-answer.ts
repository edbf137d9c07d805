import { connect, defer, ignoreElements, merge, type OperatorFunction, tap } from 'rxjs';
import {
  type ChatCompletionChunk,
  measure,
  type Message,
  type StreamTiming,
  textDeltas,
  toMessage,
} from '../index.node.js';
import { describeEnding } from './describe-ending.js';
import { formatStats } from './format-stats.js';
import { printText } from './print-text.js';
import { showWaiting } from './show-waiting.js';
import type { Streams } from './streams.js';
import { writeLine } from './write-line.js';

/**
 * Prints an answer on stdout as it comes; then, on stderr, what is to be known about its end. Emits nothing, completes when
 * all is written, and passes errors on after what came before them.
 *
 * @param stats Whether to tell how the answer came.
 */
export function printAnswer(
  stats: boolean,
  { stdout, stderr }: Omit<Streams, 'stdin'>,
): OperatorFunction<ChatCompletionChunk, never> {
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
          merge(chunks.pipe(textDeltas(), showWaiting(stderr), printText(stdout)), chunks.pipe(toMessage(), tap(note))),
        ),
        ignoreElements(),
      );
    });
}
