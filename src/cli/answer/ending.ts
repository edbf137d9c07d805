import { connect, defer, ignoreElements, merge, type OperatorFunction, tap } from 'rxjs';
import { type AnswerValue, measure, type Message, type StreamTiming, toMessage, type Usage } from '../../index.node.js';
import { writeLine } from '../terminal/output.js';
import { oneLine } from '../terminal/text.js';

/** Where {@link reportEnding} writes, and what. */
interface ReportConfig {
  readonly stderr: NodeJS.WriteStream;
  /** Whether to report timing and token counts. */
  readonly stats: boolean;
  /** Written before each line, where several answers are printed at once. */
  readonly label?: string;
  /** Emits how the answer ended, by default from its chunks as one message. */
  readonly toEnding?: OperatorFunction<AnswerValue, AnswerEnding>;
}

/** How an answer ended. */
export interface AnswerEnding extends Pick<Message, 'content' | 'refusal' | 'finishReason'> {
  readonly usage?: Usage | undefined;
}

/**
 * Emits what `print` makes of an answer and, at its end, reports on stderr if it was cut off, refused or empty. Errors pass
 * through unchanged.
 */
export function reportEnding<T>(
  print: OperatorFunction<AnswerValue, T>,
  { stderr, stats, label = '', toEnding = toMessage() }: ReportConfig,
): OperatorFunction<AnswerValue, T> {
  return (source) =>
    defer(() => {
      let timing: StreamTiming | undefined;
      let ending: AnswerEnding | undefined;
      const report = ({ usage, ...answer }: AnswerEnding): void => {
        const problem = describeEnding(answer);
        const lines = [problem ?? [], stats && timing !== undefined ? formatStats(timing, usage) : []].flat();
        lines.forEach((line) => writeLine(stderr, `${label}${line}`, 'dim'));
      };
      return source.pipe(
        measure((measured) => (timing = measured)),
        connect((chunks) =>
          merge(
            chunks.pipe(print),
            chunks.pipe(
              toEnding,
              tap((ended) => (ending = ended)),
              ignoreElements(),
            ),
          ),
        ),
        tap({ complete: () => ending && report(ending) }),
      );
    });
}

function describeEnding({ content, refusal, finishReason }: Omit<AnswerEnding, 'usage'>): string | undefined {
  if (refusal !== '') {
    return `The model refused: ${oneLine(refusal)}`;
  }
  if (finishReason === 'length') {
    return 'The answer was cut off at the token limit.';
  }
  if (finishReason === 'content_filter') {
    return "The answer was cut off by the server's content filter.";
  }
  return content === '' ? 'The model returned no text.' : undefined;
}

function formatStats(timing: StreamTiming, usage: Usage | undefined): string {
  const { timeToFirstText, timeToFirstChunk, tokensPerSecond, chunksPerSecond, duration } = timing;
  return [
    `first token after ${formatTime(timeToFirstText ?? timeToFirstChunk ?? duration)}`,
    tokensPerSecond === undefined ? `${chunksPerSecond.toFixed(1)} chunks/s` : `${tokensPerSecond.toFixed(1)} tokens/s`,
    usage === undefined
      ? 'no token counts from the server'
      : `${usage.inputTokens} ${usage.inputTokens === 1 ? 'token' : 'tokens'} in, ${usage.outputTokens} out`,
    `${formatTime(duration)} in total`,
  ].join(' · ');
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
