import { createBlockSplitter } from './block-splitter.js';
import { parseBlocks } from './parse-blocks.js';
import type { ServerSentEvent } from './server-sent-event.js';
import { createStartTrimmer } from './start-trimmer.js';
import { createUtf8Decoder } from './utf8-decoder.js';

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
