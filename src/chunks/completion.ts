import { done } from './event-data.js';

/** Follows a stream's chunks to tell, when it ends, whether it is whole. */
export interface Completion {
  readonly see: (item: SeenChunk | typeof done) => void;
  /** `[DONE]` came, or a finish reason for every choice seen. */
  readonly isWhole: () => boolean;
  readonly isEmpty: () => boolean;
}

interface SeenChunk {
  readonly choices: readonly { readonly index: number; readonly finish_reason?: string | null | undefined }[];
}

/** A {@link Completion} for one stream. Usage is no sign of the end: some servers send it on every chunk. */
export function createCompletion(): Completion {
  const seen = new Set<number>();
  const unfinished = new Set<number>();
  let ended = false;
  let empty = true;
  return {
    see: (item) => {
      empty = false;
      if (item === done) {
        ended = true;
        return;
      }
      for (const { index, finish_reason: reason } of item.choices) {
        if (!seen.has(index)) {
          seen.add(index);
          unfinished.add(index);
        }
        // A finish reason stays: content after it is still content. Some servers send '' for none.
        if (reason) {
          unfinished.delete(index);
        }
      }
    },
    isWhole: () => ended || (seen.size > 0 && unfinished.size === 0),
    isEmpty: () => empty,
  };
}
