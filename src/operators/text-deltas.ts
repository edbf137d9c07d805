import type { OperatorFunction } from 'rxjs';
import type { TextKind } from '../answers/answer-format.js';
import { type AnswerValue, TextReader } from '../formats/answer-formats.js';
import { checkChoice } from '../util/check.js';
import { operate } from '../util/operate.js';

/**
 * Emits the text of each chunk, skipping chunks without text. Takes chunks of `chat()` and `completions()`, and events of
 * `responses()`.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = 'Hel', b = 'lo', f = finish
 * result:  --a-b--|
 * ```
 *
 * Errors and completion pass through unchanged. Of a response, text that came without deltas is emitted when an event has
 * it whole; where a stream begins in the middle, only deltas are.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`; a response has only choice 0.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link accumulateText} to receive the text so far instead, {@link toText} for the whole text.
 * @see {@link reasoningDeltas} and {@link refusalDeltas} for text outside the answer.
 */
export function textDeltas(choice = 0): OperatorFunction<AnswerValue, string> {
  return pieces('textDeltas', 'text', choice);
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
 * Errors and completion pass through unchanged. Servers that hide the reasoning send only the number of its tokens. Of a
 * response it is the summary or the reasoning itself, whichever comes first, with an empty line between two parts.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link textDeltas} for the answer itself, {@link accumulateMessage} for both.
 */
export function reasoningDeltas(choice = 0): OperatorFunction<AnswerValue, string> {
  return pieces('reasoningDeltas', 'reasoning', choice);
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
export function refusalDeltas(choice = 0): OperatorFunction<AnswerValue, string> {
  return pieces('refusalDeltas', 'refusal', choice);
}

/** Emits the text of one kind that each value adds, skipping values that add none. */
function pieces(operator: string, kind: TextKind, choice: number): OperatorFunction<AnswerValue, string> {
  checkChoice(operator, choice);
  return operate((destination) => {
    const reader = new TextReader(operator, kind, choice);
    return {
      next(value) {
        const piece = reader.read(value);
        if (piece !== '') {
          destination.next(piece);
        }
      },
    };
  });
}
