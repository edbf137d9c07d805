import type { OperatorFunction } from 'rxjs';
import { reasoningOf, type AnswerChunk } from '../chunks/answer-chunk.js';
import { choicePieces } from './text-deltas.js';

/**
 * Emits the reasoning each chunk carries, skipping chunks that carry none: what the model thinks before and between its
 * words, under whatever name the server sends it, and once where it sends the same text under two.
 *
 * ```text
 * chunks:  r-a-b-c-f|   r = role, a = thought 'I ', b = thought 'see', c = 'Hello', f = finish
 * result:  --a-b----|
 * ```
 *
 * Errors and completion pass through unchanged. Servers that hide the reasoning send none, and only count its tokens.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError when `choice` is not a whole number, or negative.
 * @see {@link textDeltas} for the answer itself, {@link accumulateMessage} for both.
 */
export function reasoningDeltas(choice = 0): OperatorFunction<AnswerChunk, string> {
  return choicePieces(choice, reasoningOf);
}
