import { identity, map, type OperatorFunction, pipe } from 'rxjs';
import { type AnswerChunk, textDeltas, toText } from '../index.node.js';
import type { Display } from './question.js';

/**
 * Makes of an answer's chunks what stdout shows of them: their text as it comes, the whole text at the end, or each chunk
 * as a line of JSON. Errors pass unchanged; the whole text is given for a whole answer only.
 */
export function toOutput({ json, stream }: Pick<Display, 'json' | 'stream'>): OperatorFunction<AnswerChunk, string> {
  return json ? map((chunk) => `${JSON.stringify(chunk)}\n`) : pipe(textDeltas(), stream ? identity : toText());
}
