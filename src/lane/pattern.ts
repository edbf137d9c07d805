import { dataViewOf, endOfNumber, endOfString, quote, readString } from './read-string.js';

/** Where a string, without its quotes, or a number begins and ends in a block. */
export interface Hole {
  readonly start: number;
  readonly end: number;
}

/** Where a block differs from others of its kind. */
export interface Holes {
  /** The number in the `id` line that a relay gives each event. */
  readonly id: Hole | undefined;
  /** Strings and numbers in the document. */
  readonly values: readonly Hole[];
}

/** The bytes of a block around its holes. Events with the same bytes there differ only in the strings. */
export class Pattern {
  /** The strings of the block read last. */
  readonly texts: string[] = [];
  /** Its id, if it has an `id` line. */
  id: string | undefined;
  private readonly parts: readonly FixedPart[];
  /** Which holes are numbers. */
  private readonly numbers: readonly boolean[];
  /** How many holes come before those of the document. */
  private readonly ids: number;

  constructor(block: Uint8Array, { id, values }: Holes) {
    const view = dataViewOf(block);
    const holes = id === undefined ? values : [id, ...values];
    this.ids = holes.length - values.length;
    this.numbers = holes.map(({ start }) => block[start - 1] !== quote);
    const starts = [0, ...holes.map(({ end }) => end)];
    this.parts = starts.map((start, index) => new FixedPart(view, start, holes[index]?.start ?? block.length));
  }

  /** Reads the strings of the block at `start`. Returns the index after it, or -1 if it differs or is not complete. */
  read(view: DataView, start: number): number {
    const { parts, texts } = this;
    let position = start;
    let hole = -1;
    for (const part of parts) {
      if (hole >= 0) {
        const end = this.numbers[hole] === true ? endOfNumber(view, position) : endOfString(view, position);
        const text = end === -1 ? undefined : readString(view, position, end);
        if (text === undefined) {
          return -1;
        }
        if (hole < this.ids) {
          this.id = text;
        } else {
          texts[hole - this.ids] = text;
        }
        position = end;
      }
      hole += 1;
      if (!part.isAt(view, position)) {
        return -1;
      }
      position += part.length;
    }
    return position;
  }
}

/**
 * Bytes that must be the same. They are compared as numbers, eight at a time: numbers that are equal have the same bytes,
 * since JSON has no byte 0 and so no zero.
 */
class FixedPart {
  readonly length: number;
  private readonly words: Float64Array;
  /** Up to seven bytes are left over: two words of four bytes hold them, and overlap. */
  private readonly restAt: number;
  private readonly rest: number;
  private readonly lastAt: number;
  private readonly last: number;

  /** There are three bytes at least: a bracket and two line ends after a number. */
  constructor(view: DataView, start: number, end: number) {
    this.length = end - start;
    this.words = new Float64Array(Math.floor(this.length / 8));
    for (let index = 0; index < this.words.length; index += 1) {
      this.words[index] = view.getFloat64(start + index * 8, true);
    }
    this.restAt = Math.min(this.words.length * 8, Math.max(0, this.length - 4));
    this.rest = this.wordAt(view, start + this.restAt);
    this.lastAt = this.length - (this.length < 4 ? 2 : 4);
    this.last = this.wordAt(view, start + this.lastAt);
  }

  isAt(view: DataView, start: number): boolean {
    if (start + this.length > view.byteLength) {
      return false;
    }
    const { words } = this;
    for (let index = 0, position = start; index < words.length; index += 1, position += 8) {
      if (view.getFloat64(position, true) !== words[index]) {
        return false;
      }
    }
    return this.wordAt(view, start + this.restAt) === this.rest && this.wordAt(view, start + this.lastAt) === this.last;
  }

  /** Reads four bytes, or two where there are no more than three. */
  private wordAt(view: DataView, at: number): number {
    return this.length < 4 ? view.getInt16(at) : view.getInt32(at);
  }
}
