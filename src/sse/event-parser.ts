import { createBlockSplitter } from './block-splitter.js';
import { parseBlocks, type ServerSentEvent } from './parse-blocks.js';

/** How one stream is parsed. */
export interface EventParserConfig {
  /** The most bytes one event may have on the wire; comments do not count. */
  readonly eventBytes: number;
  /**
   * Also reads what some model servers sent beside the standard: a field `error` that holds a JSON object is an event of
   * that name. Default false.
   */
  readonly lenient?: boolean;
}

/** Parses one event stream, push by push. */
export interface EventParser {
  /**
   * The events that these bytes complete. When an event exceeds `eventBytes`, iterating gives the events before it and
   * then throws `LimitError`; nothing may be pushed afterwards.
   */
  push(bytes: Uint8Array): Iterable<ServerSentEvent>;
  /** The event that the end of the stream left without its empty line; `undefined` if there is none with data. */
  end(): ServerSentEvent | undefined;
}

/**
 * Creates the parser of one event stream, after the algorithm of the HTML standard (9.2.6). Bytes may be cut anywhere:
 * inside a character, a byte order mark or a pair of carriage return and line feed.
 */
export function createEventParser({ eventBytes, lenient = false }: EventParserConfig): EventParser {
  const trimStart = createStartTrimmer();
  const splitter = createBlockSplitter(eventBytes);
  const decode = createUtf8Decoder();
  let id = '';

  function parse(blocks: Uint8Array, events: ServerSentEvent[]): void {
    id = parseBlocks(decode(blocks), { id, lenient }, events);
  }

  return {
    push(bytes) {
      const events: ServerSentEvent[] = [];
      try {
        splitter.split(trimStart(bytes), (blocks) => {
          parse(blocks, events);
        });
      } catch (error) {
        return throwAfter(events, error);
      }
      return events;
    },
    end() {
      const events: ServerSentEvent[] = [];
      parse(splitter.end(), events);
      return events[0];
    },
  };
}

function* throwAfter(events: readonly ServerSentEvent[], error: unknown): Generator<ServerSentEvent, never> {
  yield* events;
  throw error;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Creates the function that every push of one stream goes through: it drops one leading byte order mark, whole or in
 * pieces.
 */
export function createStartTrimmer(): (bytes: Uint8Array) => Uint8Array {
  let held = new Uint8Array(0);
  let begun = false;
  return (bytes) => {
    if (begun) {
      return bytes;
    }
    const start = joined(held, bytes);
    const differsAt = byteOrderMark.findIndex((byte, index) => start[index] !== byte);
    if (differsAt === start.length) {
      held = start;
      return new Uint8Array(0);
    }
    begun = true;
    return differsAt === -1 ? start.subarray(byteOrderMark.length) : start;
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** Below this size a call costs more than the decoding. */
const longBytes = 4096;

/**
 * Creates a function that decodes whole lines of UTF-8 as one decoder over the whole stream would, since no character
 * reaches over the end of a line: malformed bytes become U+FFFD. A byte order mark is kept.
 */
export function createUtf8Decoder(): (lines: Uint8Array) => string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const wideDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // Node 20 and 22 decode in another way after a call like this: in half the time what is not all ASCII, but in eight
  // times as much what is. Later versions have one way.
  wideDecoder.decode(new Uint8Array(0), { stream: true });
  let isAscii = true;
  return (lines) => {
    const text = (isAscii || lines.length < longBytes ? decoder : wideDecoder).decode(lines);
    isAscii = text.length === lines.length;
    return text;
  };
}
