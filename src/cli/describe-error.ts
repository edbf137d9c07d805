import { ApiError, isLlmError, StreamError } from '../index.node.js';
import { oneLine } from './one-line.js';

/** What went wrong, in one line without a full stop, in the words of somebody who has a command line and no code. */
export function describeError(error: unknown): string {
  return oneLine(messageOf(error))
    .replace(/ \(deadlines\.\w+\)$/u, '')
    .replaceAll('baseURL', 'the base URL')
    .replaceAll('apiKey', 'the key')
    .replace(/[.…]+$/u, '');
}

/** What a server says is kept whole; the second half of our own messages is advice for programmers. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const isOurs = isLlmError(error) && !(error instanceof ApiError || error instanceof StreamError);
  return isOurs ? error.message.replace(/;.*/su, '') : error.message;
}
