import { filter, map, type OperatorFunction, pipe } from 'rxjs';
import { type AnswerChoice, type AnswerChunk, contentOf } from '../chunks/answer-chunk.js';
import { checkChoice } from '../util/check.js';

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

/** Emits what `read` finds in the entries of one choice, joined per chunk; chunks in which it finds nothing are skipped. */
export function choicePieces(
  choice: number,
  read: (entry: AnswerChoice) => string,
): OperatorFunction<AnswerChunk, string> {
  checkChoice(choice);
  return pipe(
    map(({ choices }: AnswerChunk) => {
      let piece = '';
      for (const entry of choices) {
        if (entry.index === choice) {
          piece += read(entry);
        }
      }
      return piece;
    }),
    filter((piece) => piece !== ''),
  );
}
