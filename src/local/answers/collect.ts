import { map, pipe, toArray, type OperatorFunction } from 'rxjs';
import type { GenerationEvent } from './generate.js';

/** A whole generation. */
export interface Generation {
  readonly text: string;
  readonly reason: 'stop' | 'length' | null;
  /** How many pieces it has. */
  readonly tokens: number;
}

/** Joins a generation's pieces, once it is finished. */
export function collect(): OperatorFunction<GenerationEvent, Generation> {
  return pipe(
    toArray(),
    map((events) => {
      const pieces = events.flatMap((event) => (event.type === 'piece' ? [event.text] : []));
      const reason = events.flatMap((event) => (event.type === 'finish' ? [event.reason] : []))[0] ?? null;
      return { text: pieces.join(''), reason, tokens: pieces.length };
    }),
  );
}
