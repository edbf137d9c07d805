import { LimitError } from '../errors/limit-error.js';
import { joinBytes } from '../util/join-bytes.js';

/** Collects a body that is to be read whole. */
export interface BodyCollector {
  readonly add: (bytes: Uint8Array) => void;
  readonly text: () => string;
}

/** An empty collector; more than `eventBytes` raises `LimitError`. */
export function createBodyCollector(eventBytes: number): BodyCollector {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    add: (piece) => {
      length += piece.length;
      if (length > eventBytes) {
        throw new LimitError('eventBytes', eventBytes);
      }
      pieces.push(piece);
    },
    text: () => new TextDecoder().decode(joinBytes(pieces)),
  };
}
