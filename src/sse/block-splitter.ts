import { createByteBuffer } from './byte-buffer.js';

/** Splits a stream of bytes into blocks, the groups of lines between empty lines. */
interface BlockSplitter {
  /**
   * Calls `emit` with the blocks that these bytes complete: one block with its lines joined by line feeds, or several with
   * their original line ends. The bytes passed to `emit` are valid only during the call.
   *
   * Throws `LimitError` if the lines of one block exceed the limit, after emitting the blocks before it.
   */
  split(bytes: Uint8Array, emit: (blocks: Uint8Array) => void): void;
  /** Returns the lines of the incomplete last block; empty if there is none. */
  end(): Uint8Array;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;

/**
 * Creates the splitter of one stream. Blocks that are complete within one push are not copied. The lines of an incomplete
 * block are, except for comments, which may be endless.
 *
 * @param eventBytes The maximum number of bytes of one block, with one byte for each line end and none for comments.
 */
export function createBlockSplitter(eventBytes: number): BlockSplitter {
  const separator = Uint8Array.of(lineFeed);
  const unfinished = createByteBuffer(eventBytes);
  let line: 'empty' | 'field' | 'comment' = 'empty';
  let endedInCarriageReturn = false;

  function extendLine(piece: Uint8Array): void {
    if (line === 'empty' && piece.length > 0) {
      line = piece[0] === colon ? 'comment' : 'field';
      if (line === 'field' && unfinished.length > 0) {
        unfinished.append(separator);
      }
    }
    if (line === 'field') {
      unfinished.append(piece);
    }
  }

  /** Copies lines up to the first empty line and returns the end of that line; -1 if there is none. */
  function finishBlock(bytes: Uint8Array): number {
    let start = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (byte === lineFeed || byte === carriageReturn) {
        extendLine(bytes.subarray(start, index));
        index += byte === carriageReturn && bytes[index + 1] === lineFeed ? 1 : 0;
        start = index + 1;
        if (line === 'empty') {
          return start;
        }
        line = 'empty';
      }
    }
    extendLine(bytes.subarray(start));
    return -1;
  }

  return {
    split(bytes, emit) {
      // A carriage return ends its line at once, so the line feed of a CRLF pair may come in the next push.
      let rest = endedInCarriageReturn && bytes[0] === lineFeed ? bytes.subarray(1) : bytes;
      endedInCarriageReturn = bytes.length === 0 ? endedInCarriageReturn : bytes[bytes.length - 1] === carriageReturn;
      while (rest.length > 0) {
        const betweenBlocks = line === 'empty' && unfinished.length === 0;
        let end = betweenBlocks && rest.length <= eventBytes ? endOfLastBlock(rest) : -1;
        if (end !== -1) {
          emit(end === rest.length ? rest : rest.subarray(0, end));
        } else {
          end = finishBlock(rest);
          if (end === -1) {
            return;
          }
          emit(unfinished.release());
        }
        rest = rest.subarray(end);
      }
    },
    end: () => unfinished.release(),
  };
}

/** Returns the end of the last empty line that follows another line; -1 if there is none. */
function endOfLastBlock(bytes: Uint8Array): number {
  for (let index = bytes.length - 1; index > 0; index -= 1) {
    if (isLineEnd(bytes[index])) {
      const isPair = bytes[index] === lineFeed && bytes[index - 1] === carriageReturn;
      if (isLineEnd(bytes[isPair ? index - 2 : index - 1])) {
        return index + 1;
      }
    }
  }
  return -1;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn;
}
