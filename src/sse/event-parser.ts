import { joinBytes } from '../util/join-bytes.js';
import { requireGlobal } from '../util/require-global.js';
import { createBlockSplitter } from './block-splitter.js';
import { parseBlocks, type ServerSentEvent } from './parse-blocks.js';

/** Configuration of {@link createEventParser}. */
interface EventParserConfig {
  /** The maximum number of bytes of one event as sent; comments do not count. */
  readonly eventBytes: number;
  /**
   * Also accepts what some model servers sent in addition to the standard: a field `error` with a JSON object is an event
   * of that name, and an event `error` counts even without data. A last event without its empty line is then dropped if its data is empty, since the data was cut off.
   * Default false.
   */
  readonly lenient?: boolean;
}

/** Parses one event stream incrementally. */
export interface EventParser {
  /**
   * Returns the events completed by these bytes. If an event exceeds `eventBytes`, iterating yields the events before it
   * and then throws `LimitError`; nothing may be pushed after that.
   */
  push(bytes: Uint8Array): Iterable<ServerSentEvent>;
  /** Returns the last event if it lacks its empty line; `undefined` if there is none, or it has no data. */
  end(): ServerSentEvent | undefined;
}

/**
 * Creates the parser of one event stream, following the algorithm of the HTML standard (9.2.6). The bytes may be split
 * anywhere: inside a character, the byte order mark, or a CRLF pair.
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
      const [last] = events;
      return lenient && last?.data === '' ? undefined : last;
    },
  };
}

function* throwAfter(events: readonly ServerSentEvent[], error: unknown): Generator<ServerSentEvent, never> {
  yield* events;
  throw error;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Creates a function that removes the byte order mark at the start of one stream, even if it arrives in pieces. */
function createStartTrimmer(): (bytes: Uint8Array) => Uint8Array {
  let held: Uint8Array = new Uint8Array(0);
  let begun = false;
  return (bytes) => {
    if (begun) {
      return bytes;
    }
    const start = joinBytes([held, bytes]);
    const differsAt = byteOrderMark.findIndex((byte, index) => start[index] !== byte);
    if (differsAt === start.length) {
      held = start;
      return new Uint8Array(0);
    }
    begun = true;
    return differsAt === -1 ? start.subarray(byteOrderMark.length) : start;
  };
}

/** Below this size the overhead of a call exceeds the cost of decoding. */
const longBytes = 4096;

/**
 * Creates a function that decodes whole lines of UTF-8. Since no character spans a line end, the result is the same as
 * that of one decoder for the whole stream. Malformed bytes become U+FFFD, and byte order marks are kept.
 */
function createUtf8Decoder(): (lines: Uint8Array) => string {
  const Decoder = requireGlobal('TextDecoder');
  const decoder = new Decoder('utf-8', { ignoreBOM: true });
  const wideDecoder = new Decoder('utf-8', { ignoreBOM: true });
  // After a call like this Node 20 and 22 decode differently: twice as fast if the text is not all ASCII, but eight times
  // as slowly if it is. Later versions are not affected.
  wideDecoder.decode(new Uint8Array(0), { stream: true });
  let isAscii = true;
  return (lines) => {
    const text = (isAscii || lines.length < longBytes ? decoder : wideDecoder).decode(lines);
    isAscii = text.length === lines.length;
    return text;
  };
}
