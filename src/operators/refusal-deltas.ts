import type { OperatorFunction } from 'rxjs';
import { refusalOf, type AnswerChunk } from '../chunks/answer-chunk.js';
import { choicePieces } from './text-deltas.js';

/**
 * Emits the refusal text of each chunk, skipping chunks without it. A refusal replaces the answer and comes in a separate
 * field; on most servers the model refuses in the answer itself.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = refusal 'I will ', b = refusal 'not.', f = finish
 * result:  --a-b--|
 * ```
 *
 * Errors and completion pass through unchanged.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link textDeltas} for the answer itself, {@link accumulateMessage} for both.
 */
export function refusalDeltas(choice = 0): OperatorFunction<AnswerChunk, string> {
  return choicePieces('refusalDeltas', choice, refusalOf);
}
