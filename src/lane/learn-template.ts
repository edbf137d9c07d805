import { parseJson } from '../util/parse-json.js';
import { ChunkMold, placesOf, type RepeatingChunk } from './chunk-mold.js';
import { type Hole, Pattern } from './pattern.js';
import { decode, endOfString, type Piece, pieceOf, quote, readString } from './read-string.js';

/** Reads the document of an event as the parser would at the start of a stream; `undefined` if it would mend it or fail. */
export type ReadUnmended<Chunk> = (document: unknown) => Chunk | undefined;

/** An event that repeats: its bytes, and the chunks they stand for. */
export interface Template<Chunk extends RepeatingChunk> {
  readonly pattern: Pattern;
  readonly mold: ChunkMold<Chunk>;
}

/** The names of the strings that grow an answer, and of OpenAI's padding. */
const holeNames: ReadonlySet<string> = new Set([
  'obfuscation',
  'text',
  'content',
  'reasoning_content',
  'reasoning',
  'refusal',
  'arguments',
  'input',
]);
const maxHoles = 4;
/** Longer blocks would fill the memory. */
const maxBlock = 8192;

const brace = 0x7b;
const colon = 0x3a;
const space = 0x20;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Returns where the strings of a block are that may differ; an empty list for a block that is not worth learning. */
export function holesIn(block: Uint8Array): readonly Hole[] {
  const piece = pieceOf(block);
  if (block.length > maxBlock || !isOneLineOfJson(piece)) {
    return [];
  }
  const holes: Hole[] = [];
  let name = '';
  for (let start = block.indexOf(quote) + 1; start > 0;) {
    const end = endOfString(piece.view, start);
    if (end === -1) {
      return [];
    }
    if (!isAfterColon(block, start - 1)) {
      name = readString(piece, start, end) ?? '';
    } else if (holeNames.has(name)) {
      holes.push({ start, end });
    }
    start = block.indexOf(quote, end + 1) + 1;
  }
  return holes.length > maxHoles ? [] : holes;
}

/** Whether a block is one line `data: {…}` with line feeds or CRLF, so that the parser would parse it as one document. */
function isOneLineOfJson(piece: Piece): boolean {
  const block = piece.bytes;
  const pair = block[block.length - 2] === carriageReturn;
  const end = block.length - (pair ? 4 : 2);
  const ends = pair ? [carriageReturn, lineFeed, carriageReturn, lineFeed] : [lineFeed, lineFeed];
  return (
    ends.every((byte, index) => block[end + index] === byte) &&
    block.indexOf(lineFeed) === block.length - (pair ? 3 : 2) &&
    block.indexOf(carriageReturn) === (pair ? end : -1) &&
    /^data: ?\{/u.test(readString(piece, 0, Math.min(7, block.length)) ?? '')
  );
}

function isAfterColon(block: Uint8Array, index: number): boolean {
  return block[index - 1] === colon || (block[index - 1] === space && block[index - 2] === colon);
}

/**
 * Proves which chunks a block stands for, whatever its strings are: puts other strings into its holes, and finds that
 * exactly these strings of the chunk have changed. `undefined` if it cannot, or if the chunk is not one that repeats.
 */
export function learnTemplate<Chunk extends RepeatingChunk>(
  block: Uint8Array,
  read: ReadUnmended<Chunk>,
): Template<Chunk> | undefined {
  const holes = holesIn(block);
  if (holes.length === 0) {
    return undefined;
  }
  const pattern = new Pattern(block, holes);
  const known = read(documentIn(block, [], []));
  if (known === undefined || !isRepeating(known) || pattern.read(pieceOf(block), 0) === -1) {
    return undefined;
  }
  const texts = [...pattern.texts];
  // Different from each other and from the texts.
  const others = texts.map((text, index) => `${text}${index}`);
  const chunk = read(documentIn(block, holes, others));
  const found = others.map((other) => placesOf(other, chunk));
  if (chunk === undefined || found.some(({ length }) => length !== 1)) {
    return undefined;
  }
  const mold = new ChunkMold(chunk, found.flat());
  return JSON.stringify(mold.cast(texts)) === JSON.stringify(known) ? { pattern, mold } : undefined;
}

/** Returns the document of a block, with these texts in its holes. */
function documentIn(block: Uint8Array, holes: readonly Hole[], texts: readonly string[]): unknown {
  const starts = [block.indexOf(brace), ...holes.map(({ end }) => end)];
  const parts = starts.map((start, index) => {
    const text = texts[index];
    const part = decode(block.subarray(start, holes[index]?.start));
    return text === undefined ? part : part + JSON.stringify(text).slice(1, -1);
  });
  return parseJson(parts.join(''));
}

/** Whether a chunk may come again: of one choice that goes on. */
function isRepeating({ choices }: RepeatingChunk): boolean {
  return choices.length === 1 && !choices[0]?.finish_reason;
}
