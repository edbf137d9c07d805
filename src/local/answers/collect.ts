import { map, pipe, toArray, type OperatorFunction } from 'rxjs';
import type { FinishReason, GenerationEvent, GenerationPiece } from './generate.js';

/** A whole generation. */
export interface Generation {
  readonly pieces: readonly GenerationPiece[];
  /** The text of all pieces. */
  readonly text: string;
  readonly reason: FinishReason | null;
  /** How many pieces it has. */
  readonly tokens: number;
}

/** Gathers a generation's pieces, once it is finished. */
export function collect(): OperatorFunction<GenerationEvent, Generation> {
  return pipe(
    toArray(),
    map((events) => {
      const pieces = events.flatMap((event) => (event.type === 'finish' ? [] : [event]));
      const reason = events.flatMap((event) => (event.type === 'finish' ? [event.reason] : []))[0] ?? null;
      return { pieces, text: pieces.map(contentOf).join(''), reason, tokens: pieces.length };
    }),
  );
}

/** The text that a piece adds to an answer; empty when it adds none. */
export function contentOf(piece: GenerationPiece): string {
  if (piece.type === 'piece') {
    return piece.text;
  }
  return typeof piece.delta.content === 'string' ? piece.delta.content : '';
}
