import { LimitError } from '../errors/limit-error.js';

/** Holds the bytes of an event that is not complete yet. */
export interface ByteBuffer {
  readonly length: number;
  /** Copies bytes behind those held; throws `LimitError` when that would be more than the limit. */
  append(bytes: Uint8Array): void;
  /** Gives the bytes held and forgets them. They are valid until the next `append`. */
  release(): Uint8Array;
}

/** What is kept for the next event: one long event must not occupy its memory for the rest of the stream. */
const keptBytes = 64 * 1024;

/**
 * Creates a buffer that doubles as it grows, so that any number of small pieces costs linear time and no more than twice
 * the limit while it grows.
 *
 * @param eventBytes The most bytes to hold.
 */
export function createByteBuffer(eventBytes: number): ByteBuffer {
  let held = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes) {
      const needed = length + bytes.length;
      if (needed > eventBytes) {
        throw new LimitError('eventBytes', eventBytes);
      }
      if (needed > held.length) {
        const grown = new Uint8Array(Math.max(needed, Math.min(2 * held.length, eventBytes)));
        grown.set(held.subarray(0, length));
        held = grown;
      }
      held.set(bytes, length);
      length = needed;
    },
    release() {
      const bytes = held.subarray(0, length);
      length = 0;
      if (held.length > keptBytes) {
        held = new Uint8Array(0);
      }
      return bytes;
    },
  };
}
