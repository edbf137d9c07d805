import type { Message } from '../index.node.js';
import { oneLine } from './one-line.js';

/** What a reader should know about how an answer ended, in one line; `undefined` when all is as expected. */
export function describeEnding({ content, refusal, finishReason }: Message): string | undefined {
  if (refusal !== '') {
    return `The model refused: ${oneLine(refusal)}`;
  }
  if (finishReason === 'length') {
    return 'The answer is cut: it reached the limit of tokens.';
  }
  if (finishReason === 'content_filter') {
    return "The answer is cut: the server's content filter stopped it.";
  }
  return content === '' ? 'The model answered without text.' : undefined;
}
