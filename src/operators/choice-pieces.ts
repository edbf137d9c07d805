import { filter, map, type OperatorFunction, pipe } from 'rxjs';
import type { TextChoice, TextChunk } from '../chunks/text-chunk.js';
import { checkChoice } from '../util/check.js';

/** Emits what `read` finds in the entries of one choice, joined per chunk; chunks in which it finds nothing are skipped. */
export function choicePieces(choice: number, read: (entry: TextChoice) => string): OperatorFunction<TextChunk, string> {
  checkChoice(choice);
  return pipe(
    map(({ choices }: TextChunk) => {
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
