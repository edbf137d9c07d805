import { endOfString, type Piece, pieceOf, readString } from './read-string.js';

/** Where a string begins and ends in a block, without its quotes. */
export interface Hole {
  readonly start: number;
  readonly end: number;
}

/** The bytes of a block around its holes. Events with the same bytes there differ only in the strings. */
export class Pattern {
  /** The strings of the block read last. */
  readonly texts: string[] = [];
  private readonly parts: readonly FixedPart[];

  constructor(block: Uint8Array, holes: readonly Hole[]) {
    const { view } = pieceOf(block);
    const starts = [0, ...holes.map(({ end }) => end)];
    this.parts = starts.map((start, index) => new FixedPart(view, start, holes[index]?.start ?? block.length));
  }

  /** Reads the strings of the block at `start`. Returns the index after it, or -1 if it differs or is not complete. */
  read(piece: Piece, start: number): number {
    const { parts, texts } = this;
    let position = start;
    let hole = -1;
    for (const part of parts) {
      if (hole >= 0) {
        const end = endOfString(piece.view, position);
        const text = end === -1 ? undefined : readString(piece, position, end);
        if (text === undefined) {
          return -1;
        }
        texts[hole] = text;
        position = end;
      }
      hole += 1;
      if (!part.isAt(piece.view, position)) {
        return -1;
      }
      position += part.length;
    }
    return position;
  }
}

/** Bytes that must be the same, compared word by word. */
class FixedPart {
  readonly length: number;
  private readonly words: Int32Array;

  /** There are four bytes or more: at least a quote, a comma or bracket, and a key or two line ends. */
  constructor(view: DataView, start: number, end: number) {
    this.length = end - start;
    // The last word overlaps the one before, so that no bytes are left over.
    this.words = new Int32Array(Math.ceil(this.length / 4));
    for (let index = 0; index < this.words.length; index += 1) {
      this.words[index] = view.getInt32(Math.min(start + index * 4, end - 4));
    }
  }

  isAt(view: DataView, start: number): boolean {
    const { words } = this;
    const lastWord = start + this.length - 4;
    if (lastWord + 4 > view.byteLength) {
      return false;
    }
    const last = words.length - 1;
    for (let index = 0, position = start; index < last; index += 1, position += 4) {
      if (view.getInt32(position) !== words[index]) {
        return false;
      }
    }
    return view.getInt32(lastWord) === words[last];
  }
}
