import type { OperatorFunction } from 'rxjs';
import { type AnswerChoice, type AnswerChunk, contentOf, reasoningOf, refusalOf } from '../chunks/answer-chunk.js';
import { checkChoice } from '../util/check.js';
import { checkChunk } from '../util/misuse.js';
import { operate } from '../util/operate.js';

/**
 * Emits the text of each chunk, skipping chunks without text. Takes chunks of `chat()` and `completions()`.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = 'Hel', b = 'lo', f = finish
 * result:  --a-b--|
 * ```
 *
 * Errors and completion pass through unchanged.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link accumulateText} to receive the text so far instead, {@link toText} for the whole text.
 * @see {@link reasoningDeltas} and {@link refusalDeltas} for text outside the answer.
 */
export function textDeltas(choice = 0): OperatorFunction<AnswerChunk, string> {
  return choicePieces('textDeltas', choice, contentOf);
}

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

/** Emits the text that `read` finds in one choice of each chunk, skipping chunks where it finds none. */
function choicePieces(
  operator: string,
  choice: number,
  read: (entry: AnswerChoice) => string,
): OperatorFunction<AnswerChunk, string> {
  checkChoice(operator, choice);
  return operate((destination) => ({
    next(chunk) {
      let piece = '';
      for (const entry of checkChunk(operator, chunk).choices) {
        if (entry.index === choice) {
          piece += read(entry);
        }
      }
      if (piece !== '') {
        destination.next(piece);
      }
    },
  }));
}
