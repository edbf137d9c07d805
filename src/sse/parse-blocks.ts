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

/** Configuration of {@link parseBlocks}. */
interface BlockContext {
  /** The last event id before the text. */
  readonly id: string;
  /** Whether a field `error` with a JSON object is an event of that name, and an event `error` needs no data. */
  readonly lenient: boolean;
}

/** The fields of the current block; the id also applies to the blocks after it. */
interface Block {
  event: string;
  /** The first data line; almost always the only one. */
  data: string | undefined;
  moreData: string[];
  id: string;
  retry: number | undefined;
}

const space = 0x20;

/**
 * Parses whole blocks of an event stream. A block ends at its empty line or at the end of the text. A block without data
 * is not an event, but its id counts.
 *
 * @param text Whole lines, each ended by a line feed, a carriage return or both.
 * @param events The list to which the events are appended.
 * @returns The last event id after the text.
 */
export function parseBlocks(text: string, { id, lenient }: BlockContext, events: ServerSentEvent[]): string {
  const block: Block = { event: '', data: undefined, moreData: [], id, retry: undefined };
  let lineFeed = -1;
  let carriageReturn = -1;
  let start = 0;
  while (start < text.length) {
    // Each is searched again only once passed, so that text without carriage returns is searched for them only once.
    lineFeed = lineFeed < start ? indexOrEnd(text, '\n', start) : lineFeed;
    carriageReturn = carriageReturn < start ? indexOrEnd(text, '\r', start) : carriageReturn;
    const end = Math.min(lineFeed, carriageReturn);
    if (text.startsWith('data:', start)) {
      addData(block, text.slice(text.charCodeAt(start + 5) === space ? start + 6 : start + 5, end));
    } else if (start < end) {
      readField(block, text.slice(start, end), lenient);
    }
    if (start === end || end === text.length) {
      if (lenient && block.event === 'error') {
        block.data ??= '';
      }
      dispatch(block, events);
    }
    start = carriageReturn === end && lineFeed === end + 1 ? end + 2 : end + 1;
  }
  return block.id;
}

function indexOrEnd(text: string, character: string, start: number): number {
  const index = text.indexOf(character, start);
  return index === -1 ? text.length : index;
}

function readField(block: Block, line: string, lenient: boolean): void {
  const colon = line.indexOf(':');
  const name = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === space ? colon + 2 : colon + 1);
  if (name === 'event') {
    block.event = value;
  } else if (name === 'data') {
    addData(block, value);
  } else if (name === 'id' && !value.includes('\0')) {
    block.id = value;
  } else if (name === 'retry' && /^[0-9]+$/u.test(value)) {
    block.retry = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  } else if (name === 'error' && lenient && value.startsWith('{')) {
    // llama.cpp sent errors in such a field until September 2025.
    block.event = 'error';
    addData(block, value);
  }
}

function addData(block: Block, line: string): void {
  if (block.data === undefined) {
    block.data = line;
  } else {
    block.moreData.push(line);
  }
}

function dispatch(block: Block, events: ServerSentEvent[]): void {
  if (block.data !== undefined) {
    const { id, retry, moreData } = block;
    const event = block.event || 'message';
    const data = moreData.length === 0 ? block.data : [block.data, ...moreData].join('\n');
    events.push(retry === undefined ? { event, data, id } : { event, data, id, retry });
    block.data = undefined;
    block.moreData = moreData.length === 0 ? moreData : [];
  }
  block.event = '';
  block.retry = undefined;
}
