import { createByteBuffer } from './byte-buffer.js';

/** Cuts a stream of bytes into blocks, the groups of lines between empty lines. */
export interface BlockSplitter {
  /**
   * Takes bytes, and gives the blocks that they complete: one with its lines joined by line feeds, or several with their
   * line ends as they came. What it gives is valid during the call only.
   *
   * Throws `LimitError` when the lines of one block exceed the limit; blocks before it were given.
   */
  split(bytes: Uint8Array, give: (blocks: Uint8Array) => void): void;
  /** Gives the lines of the block that was not completed; no bytes when there is none. */
  end(): Uint8Array;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;

/**
 * Creates the splitter of one stream. Blocks complete inside one push are given without copying; of an unfinished block
 * the lines are copied, but comments are not: a comment may go on forever.
 *
 * @param eventBytes The most bytes one block may have, counting its line ends as one byte each and its comments not at all.
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

  /** Keeps lines up to the first empty one, and returns where that ends; -1 if there is none. */
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
    split(bytes, give) {
      // A carriage return ended its line at once, so the line feed that makes it a pair may come in the next push.
      let rest = endedInCarriageReturn && bytes[0] === lineFeed ? bytes.subarray(1) : bytes;
      endedInCarriageReturn = bytes.length === 0 ? endedInCarriageReturn : bytes[bytes.length - 1] === carriageReturn;
      while (rest.length > 0) {
        const betweenBlocks = line === 'empty' && unfinished.length === 0;
        let end = betweenBlocks && rest.length <= eventBytes ? endOfLastBlock(rest) : -1;
        if (end !== -1) {
          give(end === rest.length ? rest : rest.subarray(0, end));
        } else {
          end = finishBlock(rest);
          if (end === -1) {
            return;
          }
          give(unfinished.release());
        }
        rest = rest.subarray(end);
      }
    },
    end: () => unfinished.release(),
  };
}

/** Where the last empty line behind another line ends; -1 if there is none. */
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
