import type { OperatorFunction } from 'rxjs';
import { refusalOf, type AnswerChunk } from '../chunks/answer-chunk.js';
import { choicePieces } from './text-deltas.js';

/**
 * Emits the text by which the model refuses to answer, skipping chunks that carry none. A refusal comes in place of the
 * answer, in a field of its own; most servers refuse in the answer itself, and send none.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = refusal 'I will ', b = refusal 'not.', f = finish
 * result:  --a-b--|
 * ```
 *
 * Errors and completion pass through unchanged.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError when `choice` is not a whole number, or negative.
 * @see {@link textDeltas} for the answer itself, {@link accumulateMessage} for both.
 */
export function refusalDeltas(choice = 0): OperatorFunction<AnswerChunk, string> {
  return choicePieces(choice, refusalOf);
}
