import { check } from '../util/check.js';
import type { Turn } from './conversation.js';

/** The id for a new turn, and what was wrong with the one it should have had. */
export interface TurnId {
  readonly id: string;
  readonly failure?: unknown;
}

/**
 * Gives the ids of one conversation's turns: the `wanted` one, one that `createId` makes, or the next of `turn-1`,
 * `turn-2` and so on. The latter also stand in for an id that cannot be had or is taken, so that no prompt is lost.
 */
export function createTurnIds(createId?: () => string): (wanted: string | undefined, turns: readonly Turn[]) => TurnId {
  let counted = 0;
  return (wanted, turns) => {
    const taken = new Set(turns.map(({ id }) => id));
    const nextDefault = (): string => {
      do {
        counted += 1;
      } while (taken.has(`turn-${counted}`));
      return `turn-${counted}`;
    };
    try {
      const id: unknown = wanted ?? (createId ?? nextDefault)();
      check(isId(id), 'What createId gives', 'a string that is not empty', id);
      if (taken.has(id as string)) {
        throw new TypeError("A turn's id must not be that of another turn");
      }
      return { id: id as string };
    } catch (failure) {
      return { id: nextDefault(), failure };
    }
  };
}

/** Whether a value can be the id of a turn. */
export function isId(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
