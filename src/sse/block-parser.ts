/** One server-sent event, as dispatched by the HTML standard. */
export interface ServerSentEvent {
  /** The event's name; `message` if the server sent none. */
  readonly event: string;
  /** The data lines, joined by line feeds. */
  readonly data: string;
  /** The last event id so far; empty if there was none. */
  readonly id: string;
  /** The reconnection time in milliseconds, if this event's block set one. */
  readonly retry?: number;
}

/** Takes events one by one, until it is closed. */
export interface EventSink<Event> {
  readonly closed: boolean;
  next(event: Event): void;
}

const space = 0x20;

/** Parses the blocks of one event stream. A block without data is not an event, but its id counts. */
export class BlockParser {
  private readonly lenient: boolean;
  /** How many events it has emitted. */
  events = 0;
  /** The last event id so far. */
  id = '';
  private event = '';
  /** The first data line; almost always the only one. */
  private data: string | undefined;
  private moreData: string[] | undefined;
  private retry: number | undefined;

  /** @param lenient Whether a field `error` with a JSON object is an event of that name, and an event `error` needs no data. */
  constructor(lenient: boolean) {
    this.lenient = lenient;
  }

  /**
   * Emits the events of whole blocks. A block ends at its empty line or at the end of the text.
   *
   * @param text Whole lines, each ended by a line feed, a carriage return or both.
   */
  parse(text: string, sink: EventSink<ServerSentEvent>): void {
    let lineFeed = -1;
    let carriageReturn = -1;
    let start = 0;
    while (start < text.length && !sink.closed) {
      // Each is searched again only once passed, so that text without carriage returns is searched for them only once.
      lineFeed = lineFeed < start ? indexOrEnd(text, '\n', start) : lineFeed;
      carriageReturn = carriageReturn < start ? indexOrEnd(text, '\r', start) : carriageReturn;
      const end = Math.min(lineFeed, carriageReturn);
      if (text.startsWith('data:', start)) {
        this.addData(text.slice(text.charCodeAt(start + 5) === space ? start + 6 : start + 5, end));
      } else if (start < end) {
        this.readField(text.slice(start, end));
      }
      if (start === end || end === text.length) {
        this.dispatch(sink);
      }
      start = carriageReturn === end && lineFeed === end + 1 ? end + 2 : end + 1;
    }
  }

  private readField(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === space ? colon + 2 : colon + 1);
    if (name === 'event') {
      this.event = value;
    } else if (name === 'data') {
      this.addData(value);
    } else if (name === 'id' && !value.includes('\0')) {
      this.id = value;
    } else if (name === 'retry' && /^[0-9]+$/u.test(value)) {
      this.retry = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    } else if (name === 'error' && this.lenient && value.startsWith('{')) {
      // llama.cpp sent errors in such a field until September 2025.
      this.event = 'error';
      this.addData(value);
    }
  }

  private addData(line: string): void {
    if (this.data === undefined) {
      this.data = line;
    } else {
      this.moreData ??= [];
      this.moreData.push(line);
    }
  }

  private dispatch(sink: EventSink<ServerSentEvent>): void {
    const { id, retry, moreData } = this;
    const event = this.event || 'message';
    const first = this.lenient && event === 'error' ? (this.data ?? '') : this.data;
    const data = moreData === undefined ? first : [first, ...moreData].join('\n');
    this.event = '';
    this.data = this.moreData = this.retry = undefined;
    if (data !== undefined) {
      this.events += 1;
      sink.next(retry === undefined ? { event, data, id } : { event, data, id, retry });
    }
  }
}

function indexOrEnd(text: string, character: string, start: number): number {
  const index = text.indexOf(character, start);
  return index === -1 ? text.length : index;
}
