import { ByteBuffer } from './byte-buffer.js';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const separator = Uint8Array.of(lineFeed);

/**
 * Splits a stream of bytes into blocks, the groups of lines between empty lines. Blocks that are complete within one piece
 * of the stream are not copied. The lines of an incomplete block are, except for comments, which may be endless.
 */
export class BlockSplitter {
  private readonly eventBytes: number;
  /** Index in the current piece after what `next` has returned last. */
  end = 0;
  private readonly unfinished: ByteBuffer;
  private line: 'empty' | 'field' | 'comment' = 'empty';
  private endedInCarriageReturn = false;

  /** @param eventBytes The maximum number of bytes of one block, with one byte for each line end and none for comments. */
  constructor(eventBytes: number) {
    this.eventBytes = eventBytes;
    this.unfinished = new ByteBuffer(eventBytes);
  }

  /** Whether the bytes after those read so far begin a block. */
  get isBetweenBlocks(): boolean {
    return this.line === 'empty' && this.unfinished.length === 0;
  }

  /** Begins a piece of the stream, and returns the index to read it from. */
  begin(piece: Uint8Array): number {
    // A carriage return ends its line at once, so the line feed of a CRLF pair may come in the next piece.
    const start = this.endedInCarriageReturn && piece[0] === lineFeed ? 1 : 0;
    if (piece.length > 0) {
      this.endedInCarriageReturn = piece[piece.length - 1] === carriageReturn;
    }
    return start;
  }

  /**
   * Returns the blocks that the bytes from `start` on complete: one block with its lines joined by line feeds, or blocks with
   * their original line ends. They are valid until the next call. Returns `undefined` at the end of the piece.
   *
   * @param single Whether to return one block at a time if it is cheap to find its end.
   * @throws {LimitError} If the lines of one block exceed the limit.
   */
  next(piece: Uint8Array, start: number, single: boolean): Uint8Array | undefined {
    if (this.isBetweenBlocks && (single || piece.length - start <= this.eventBytes)) {
      const end = single ? endOfBlock(piece, start) : endOfLastBlock(piece, start);
      if (end !== -1 && end - start <= this.eventBytes) {
        this.end = end;
        return start === 0 && end === piece.length ? piece : piece.subarray(start, end);
      }
    }
    this.end = this.finishBlock(piece, start);
    return this.end === -1 ? undefined : this.unfinished.release();
  }

  /** Returns the lines of the incomplete last block; empty if there is none. */
  rest(): Uint8Array {
    return this.unfinished.release();
  }

  /** Copies lines up to the first empty line and returns the end of that line; -1 if there is none. */
  private finishBlock(piece: Uint8Array, from: number): number {
    let start = from;
    for (let index = from; index < piece.length; index += 1) {
      const byte = piece[index];
      if (byte === lineFeed || byte === carriageReturn) {
        this.extendLine(piece.subarray(start, index));
        index += byte === carriageReturn && piece[index + 1] === lineFeed ? 1 : 0;
        start = index + 1;
        if (this.line === 'empty') {
          return start;
        }
        this.line = 'empty';
      }
    }
    this.extendLine(piece.subarray(start));
    return -1;
  }

  private extendLine(bytes: Uint8Array): void {
    if (this.line === 'empty' && bytes.length > 0) {
      this.line = bytes[0] === colon ? 'comment' : 'field';
      if (this.line === 'field' && this.unfinished.length > 0) {
        this.unfinished.append(separator);
      }
    }
    if (this.line === 'field') {
      this.unfinished.append(bytes);
    }
  }
}

/** Returns the end of the first empty line that follows another line, of those ended by line feeds; -1 if there is none. */
function endOfBlock(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(lineFeed, start + 1);
  while (end !== -1) {
    const next = bytes[end + 1] === carriageReturn ? end + 2 : end + 1;
    if (bytes[next] === lineFeed) {
      return next + 1;
    }
    end = bytes.indexOf(lineFeed, end + 1);
  }
  return -1;
}

/** Returns the end of the last empty line that follows another line; -1 if there is none. */
function endOfLastBlock(bytes: Uint8Array, start: number): number {
  for (let index = bytes.length - 1; index > start; index -= 1) {
    if (isLineEnd(bytes[index])) {
      const isPair = bytes[index] === lineFeed && bytes[index - 1] === carriageReturn;
      const before = isPair ? index - 2 : index - 1;
      if (before >= start && isLineEnd(bytes[before])) {
        return index + 1;
      }
    }
  }
  return -1;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn;
}
