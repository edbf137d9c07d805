import { connect, defer, ignoreElements, merge, type OperatorFunction, tap } from 'rxjs';
import { measure, type Message, type StreamTiming, type AnswerChunk, toMessage } from '../index.node.js';
import { describeEnding } from './describe-ending.js';
import { formatStats } from './format-stats.js';
import { writeLine } from './write-line.js';

/** Where and what {@link noteEnding} writes. */
export interface NoteConfig {
  readonly stderr: NodeJS.WriteStream;
  /** Whether to tell how the answer came. */
  readonly stats: boolean;
  /** Put before each line, where several answers come at once. */
  readonly label?: string;
}

/**
 * Emits what `show` makes of an answer; when that ended, says on stderr what is to be known about its end. Errors pass on
 * after what came before them.
 */
export function noteEnding<T>(
  show: OperatorFunction<AnswerChunk, T>,
  { stderr, stats, label = '' }: NoteConfig,
): OperatorFunction<AnswerChunk, T> {
  return (source) =>
    defer(() => {
      let timing: StreamTiming | undefined;
      const note = (message: Message): void => {
        const ending = describeEnding(message);
        const lines = [ending ?? [], stats && timing !== undefined ? formatStats(timing, message.usage) : []].flat();
        lines.forEach((line) => writeLine(stderr, `${label}${line}`, 'dim'));
      };
      return source.pipe(
        measure((measured) => {
          timing = measured;
        }),
        connect((chunks) => merge(chunks.pipe(show), chunks.pipe(toMessage(), tap(note), ignoreElements()))),
      );
    });
}
