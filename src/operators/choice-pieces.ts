import { filter, map, type OperatorFunction, pipe } from 'rxjs';
import type { AnswerChoice, AnswerChunk } from '../chunks/answer-chunk.js';
import { checkChoice } from '../util/check.js';

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
