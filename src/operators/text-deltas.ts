import type { OperatorFunction } from 'rxjs';
import { contentOf, type AnswerChunk } from '../chunks/answer-chunk.js';
import { choicePieces } from './choice-pieces.js';

/**
 * Emits the text each chunk carries, skipping chunks that carry none. Takes chunks of `chat()` and of `completions()`.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = 'Hel', b = 'lo', f = finish
 * result:  --a-b--|
 * ```
 *
 * Errors and completion pass through unchanged.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError when `choice` is not a whole number, or negative.
 * @see {@link accumulateText} to receive the text so far instead, {@link toText} for the whole text.
 * @see {@link reasoningDeltas} and {@link refusalDeltas} for what is said beside the answer.
 */
export function textDeltas(choice = 0): OperatorFunction<AnswerChunk, string> {
  return choicePieces(choice, contentOf);
}
