import { requireGlobal } from '../util/require-global.js';
import { BlockParser, type EventSink, type ServerSentEvent } from './block-parser.js';
import { BlockSplitter } from './block-splitter.js';
import type { Shortcut } from './shortcut.js';

/** Configuration of an {@link EventParser}. */
interface EventParserConfig<Value> {
  /** The maximum number of bytes of one event as sent; comments do not count. */
  readonly eventBytes: number;
  /**
   * Also accepts what some model servers sent in addition to the standard: a field `error` with a JSON object is an event
   * of that name, and an event `error` counts even without data. A last event without its empty line is then dropped if its
   * data is empty, since the data was cut off. Default false.
   */
  readonly lenient?: boolean;
  /** Reads events that repeat earlier ones. */
  readonly shortcut?: Shortcut<Value> | undefined;
}

/**
 * Parses one event stream incrementally, following the algorithm of the HTML standard (9.2.6). The bytes may be split
 * anywhere, inside a character or a CRLF pair too, but must not begin with a byte order mark.
 */
export class EventParser<Value = never> {
  private readonly config: EventParserConfig<Value>;
  private readonly splitter: BlockSplitter;
  private readonly blocks: BlockParser;
  private isAscii = true;

  constructor(config: EventParserConfig<Value>) {
    this.config = config;
    this.splitter = new BlockSplitter(config.eventBytes);
    this.blocks = new BlockParser(config.lenient ?? false);
  }

  /**
   * Emits the events that these bytes complete, until the sink closes.
   *
   * @throws {LimitError} If an event exceeds `eventBytes`, after the events before it.
   */
  push(bytes: Uint8Array, sink: EventSink<ServerSentEvent | Value>): void {
    const { blocks, splitter } = this;
    const { shortcut, eventBytes } = this.config;
    let start = splitter.begin(bytes);
    while (start < bytes.length && !sink.closed) {
      const isWatched = shortcut?.awake === true && splitter.isBetweenBlocks;
      const value = isWatched ? shortcut.read(bytes, start) : undefined;
      if (isWatched && value !== undefined && shortcut.end - start <= eventBytes) {
        start = shortcut.end;
        blocks.id = shortcut.id ?? blocks.id;
        sink.next(value);
        continue;
      }
      // One block as long as the shortcut may know the following one.
      const lines = splitter.next(bytes, start, isWatched);
      if (lines === undefined) {
        return;
      }
      start = splitter.end;
      if (isWatched) {
        shortcut.learn(lines);
      }
      const before = blocks.events;
      blocks.parse(this.decode(lines), sink);
      if (shortcut?.awake === false) {
        shortcut.pass(blocks.events - before);
      }
    }
  }

  /** Returns the last event if it lacks its empty line; `undefined` if there is none, or it has no data. */
  end(): ServerSentEvent | undefined {
    let last: ServerSentEvent | undefined;
    this.blocks.parse(this.decode(this.splitter.rest()), { closed: false, next: (event) => (last = event) });
    return this.config.lenient === true && last?.data === '' ? undefined : last;
  }

  private decode(lines: Uint8Array): string {
    const text = decodeLines(lines, this.isAscii);
    this.isAscii = text.length === lines.length;
    return text;
  }
}

/** Below this size the overhead of a call exceeds the cost of decoding. */
const longBytes = 4096;

/** Made when first needed, and shared by all streams: decoding whole lines leaves no state in a decoder. */
let decoder: TextDecoder | undefined;
let wideDecoder: TextDecoder | undefined;

/**
 * Decodes whole lines of UTF-8. Since no character spans a line end, the result is the same as that of one decoder for the
 * whole stream. Malformed bytes become U+FFFD, and byte order marks are kept.
 *
 * @param isAscii Whether the lines are expected to be ASCII.
 */
function decodeLines(lines: Uint8Array, isAscii: boolean): string {
  if (isAscii || lines.length < longBytes) {
    decoder ??= createDecoder();
    return decoder.decode(lines);
  }
  if (wideDecoder === undefined) {
    wideDecoder = createDecoder();
    // After a call like this Node 20 and 22 decode differently: twice as fast if the text is not all ASCII, but eight times
    // as slowly if it is. Later versions are not affected.
    wideDecoder.decode(new Uint8Array(0), { stream: true });
  }
  return wideDecoder.decode(lines);
}

function createDecoder(): TextDecoder {
  const Decoder = requireGlobal('TextDecoder');
  return new Decoder('utf-8', { ignoreBOM: true });
}
