import { LimitError } from '../errors/limit-error.js';

/** A growing buffer of bytes, for an event or a body that is not complete yet. */
export interface ByteBuffer {
  readonly length: number;
  /** Appends a copy of bytes; throws `LimitError` if the buffer would exceed its limit. */
  append(bytes: Uint8Array): void;
  /** Returns the bytes and empties the buffer. They are valid until the next `append`. */
  release(): Uint8Array;
}

/** Capacity kept after a release, so that one long event does not occupy its memory for the rest of the stream. */
const maxKept = 64 * 1024;

/**
 * Creates an empty buffer. Its capacity doubles as it grows, so that many small pieces take linear time, and memory stays
 * below twice the limit.
 *
 * @param eventBytes The maximum number of bytes to hold.
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
      if (held.length > maxKept) {
        held = new Uint8Array(0);
      }
      return bytes;
    },
  };
}
