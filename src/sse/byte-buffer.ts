import { LimitError } from '../errors/limit-error.js';

/** Capacity kept after a release, so that one long event does not occupy its memory for the rest of the stream. */
const maxKept = 64 * 1024;

/**
 * A growing buffer of bytes, for an event or a body that is not complete yet. Its capacity doubles as it grows, so that many
 * small pieces take linear time, and memory stays below twice the limit.
 */
export class ByteBuffer {
  private readonly limit: number;
  private readonly name: string;
  /** How many bytes it holds. */
  length = 0;
  private held: Uint8Array | undefined;

  /**
   * @param limit The maximum number of bytes to hold.
   * @param name The name of this limit in the configuration.
   */
  constructor(limit: number, name = 'eventBytes') {
    this.limit = limit;
    this.name = name;
  }

  /** Appends a copy of bytes; throws `LimitError` if the buffer would exceed its limit. */
  append(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.limit) {
      throw new LimitError(this.name, this.limit);
    }
    let held = this.held ?? new Uint8Array(bytes.length);
    if (needed > held.length) {
      const grown = new Uint8Array(Math.max(needed, Math.min(2 * held.length, this.limit)));
      grown.set(held.subarray(0, this.length));
      held = grown;
    }
    held.set(bytes, this.length);
    this.held = held;
    this.length = needed;
  }

  /** Returns the bytes and empties the buffer. They are valid until the next `append`. */
  release(): Uint8Array {
    const bytes = this.held?.subarray(0, this.length) ?? new Uint8Array(0);
    this.length = 0;
    if (this.held !== undefined && this.held.length > maxKept) {
      this.held = undefined;
    }
    return bytes;
  }
}
