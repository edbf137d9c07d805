import { parseJson } from '../util/parse-json.js';
import { createMold, type Mold, placesOf } from './chunk-mold.js';
import type { Hole, Holes, Pattern } from './pattern.js';
import { decode, dataViewOf } from './read-string.js';

/** Reads the document of an event as the parser would at the start of a stream; `undefined` if it would mend it or fail, or if it is not one that repeats. */
export type ReadUnmended<Chunk> = (document: unknown) => Chunk | undefined;

/** An event that repeats: its bytes, and the chunks they stand for. */
export interface Template<Chunk extends object> {
  readonly pattern: Pattern;
  readonly mold: Mold<Chunk>;
}

/** One line of data with line feeds or CRLF, which the parser would parse as one document; before it the number of a relay. */
const oneDocument =
  /^((?:event: response\.[\w.]+\.delta\r?\n)?)(?:id: (0|[1-9]\d{0,14})\r?\n)?data: ?\{[^\r\n]*(?:\n\n|\r\n\r\n)$/u;
/** The strings that grow an answer, OpenAI's padding, and the numbers of events, each with its name. */
const growing =
  /("(?:obfuscation|text|content|reasoning_content|reasoning|refusal|arguments|input|delta)": ?")((?:[^"\\]|\\.)*)"|("sequence_number": ?)(\d+)/gu;
const maxHoles = 4;
/** Longer blocks would fill the memory. */
const maxBlock = 8192;

/** Returns where a block may differ from others; without values for a block that is not worth learning. */
export function holesIn(block: Uint8Array): Holes {
  // A character for each byte, so that their places are the same.
  const text = block.length > maxBlock ? '' : (Reflect.apply(String.fromCharCode, undefined, block) as string);
  const [document, event = '', digits] = oneDocument.exec(text) ?? [];
  const strings = document === undefined ? [] : [...document.matchAll(growing)];
  return {
    id: digits === undefined ? undefined : holeAt(event.length + 'id: '.length, digits),
    values:
      strings.length > maxHoles
        ? []
        : strings.map(({ 1: name, 2: string, 3: key = '', 4: number = '', index }) =>
            holeAt(index + (name ?? key).length, string ?? number),
          ),
  };
}

function holeAt(start: number, text: string): Hole {
  return { start, end: start + text.length };
}

/**
 * Proves which chunks a block stands for, whatever its strings are: puts other strings into its holes, and finds that
 * exactly these strings of the chunk have changed. `undefined` if it cannot.
 *
 * @param pattern The pattern of an earlier block, which has read this one.
 */
export function learnTemplate<Chunk extends object>(
  block: Uint8Array,
  pattern: Pattern,
  read: ReadUnmended<Chunk>,
): Template<Chunk> | undefined {
  const known = read(documentIn(block, [], []));
  if (known === undefined) {
    return undefined;
  }
  const texts = [...pattern.texts];
  // Different from each other and from the texts.
  const others = texts.map((text, index) => `${text}${index}`);
  const chunk = read(documentIn(block, holesIn(block).values, others));
  const found = others.map((other) => placesOf(other, chunk));
  if (chunk === undefined || found.some(({ length }) => length !== 1)) {
    return undefined;
  }
  const mold = createMold(chunk, found.flat());
  return JSON.stringify(mold(texts)) === JSON.stringify(known) ? { pattern, mold } : undefined;
}

/** Returns the document of a block, with these texts in its holes. */
function documentIn(block: Uint8Array, holes: readonly Hole[], texts: readonly string[]): unknown {
  const view = dataViewOf(block);
  let start = block.indexOf(0x7b);
  let json = '';
  holes.forEach((hole, index) => {
    json += decode(view, start, hole.start) + JSON.stringify(texts[index]).slice(1, -1);
    start = hole.end;
  });
  return parseJson(json + decode(view, start, block.length));
}
