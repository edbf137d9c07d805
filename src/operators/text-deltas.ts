import { filter, map, type OperatorFunction, pipe } from 'rxjs';
import { contentOf, type TextChunk } from '../chunks/text-chunk.js';

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
 * @see {@link accumulateText} to receive the text so far instead, {@link toText} for the whole text.
 */
export function textDeltas(choice = 0): OperatorFunction<TextChunk, string> {
  return pipe(
    map((chunk: TextChunk) => textOf(chunk, choice)),
    filter((text) => text !== ''),
  );
}

function textOf({ choices }: TextChunk, index: number): string {
  let text = '';
  for (const choice of choices) {
    if (choice.index === index) {
      text += contentOf(choice);
    }
  }
  return text;
}
