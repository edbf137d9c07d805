import type { OperatorFunction } from 'rxjs';
import { reasoningOf, type AnswerChunk } from '../chunks/answer-chunk.js';
import { choicePieces } from './text-deltas.js';

/**
 * Emits the reasoning text of each chunk, skipping chunks without it. Reads every field name that servers use, and reads
 * text sent under two names only once.
 *
 * ```text
 * chunks:  r-a-b-c-f|   r = role, a = thought 'I ', b = thought 'see', c = 'Hello', f = finish
 * result:  --a-b----|
 * ```
 *
 * Errors and completion pass through unchanged. Servers that hide the reasoning send only the number of its tokens.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link textDeltas} for the answer itself, {@link accumulateMessage} for both.
 */
export function reasoningDeltas(choice = 0): OperatorFunction<AnswerChunk, string> {
  return choicePieces('reasoningDeltas', choice, reasoningOf);
}
