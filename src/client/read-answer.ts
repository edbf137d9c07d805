import type { OperatorFunction, Subscriber } from 'rxjs';
import { type AnswerEvent, errorFrame, parseEventData } from '../answers/event-data.js';
import type { StreamCursor } from '../answers/stream-cursor.js';
import { ProtocolError } from '../errors/protocol-error.js';
import type { EventSink, ServerSentEvent } from '../sse/block-parser.js';
import { ByteBuffer } from '../sse/byte-buffer.js';
import { withoutByteOrderMark } from '../sse/byte-order-mark.js';
import { EventParser } from '../sse/event-parser.js';
import type { Shortcut } from '../sse/shortcut.js';
import { Turns } from '../sse/turns.js';
import { isDecoded } from '../transport/check-encoding.js';
import type { TransportEvent } from '../transport/transport.js';
import { isObject } from '../util/is-object.js';
import { joinBytes } from '../util/join-bytes.js';
import { operate, type Stage } from '../util/operate.js';
import { NumberedEvents } from './resume/numbered-events.js';

/** What the answers of an endpoint may be. */
export interface AnswerReading<Value> {
  /** Creates what reads the events of one stream that repeat earlier ones. */
  createShortcut?(): Shortcut<Value>;
  /** Whether a JSON document that was sent in place of a stream is a whole answer. */
  isWhole(document: Readonly<Record<string, unknown>>): boolean;
}

/**
 * Reads the events of a model server's answer, allowing for what servers get wrong: a wrong content type, white space
 * before the first field, a last event without its empty line (if it is complete), and an answer sent as one JSON document,
 * which becomes one event. Anything else that is not an event stream is a `ProtocolError`, and an event or document longer
 * than `eventBytes` a `LimitError`.
 *
 * @param scope Its `cursor` is moved with the ids of events, where a relay keeps the stream.
 */
export function readAnswer<Value = never>(
  eventBytes: number,
  reading: AnswerReading<Value>,
  scope: { readonly cursor?: StreamCursor | undefined } = {},
): OperatorFunction<TransportEvent, AnswerEvent | Value> {
  return operate((destination) => new AnswerReader(destination, eventBytes, reading, scope));
}

class AnswerReader<Value> implements Stage<TransportEvent> {
  private readonly destination: Subscriber<AnswerEvent | Value>;
  private readonly scope: { readonly cursor?: StreamCursor | undefined };
  private sink: EventSink<AnswerEvent | Value>;
  private readonly eventBytes: number;
  private readonly reading: AnswerReading<Value>;
  /** The first bytes, until they tell the kind of the body. */
  private start: Uint8Array | undefined;
  /** Whether the headers declare a readable event stream. */
  private declared = false;
  private body: EventParser<Value> | ByteBuffer | undefined;
  /** A consumer may make more bytes arrive. */
  private readonly turns = new Turns<Uint8Array | 'end'>((piece) => (piece === 'end' ? this.end() : this.read(piece)));

  constructor(
    destination: Subscriber<AnswerEvent | Value>,
    eventBytes: number,
    reading: AnswerReading<Value>,
    scope: { readonly cursor?: StreamCursor | undefined },
  ) {
    this.destination = this.sink = destination;
    this.scope = scope;
    this.eventBytes = eventBytes;
    this.reading = reading;
  }

  next(event: TransportEvent): void {
    if (event.type === 'data') {
      this.turns.take(event.bytes);
      return;
    }
    const { headers, status } = event;
    const { cursor } = this.scope;
    if (cursor?.relayed === true) {
      this.sink = new NumberedEvents(this.destination, cursor);
      cursor.over = status === 204;
    }
    // Only the body tells whether an unknown encoding was applied.
    this.declared =
      isDecoded(headers.get('content-encoding')) &&
      (headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? false);
  }

  complete(): void {
    this.turns.take('end');
  }

  private get isNumbered(): boolean {
    return this.sink !== this.destination;
  }

  private end(): void {
    if (this.body === undefined) {
      this.begin(new Uint8Array(0), true);
    }
    const { body } = this;
    const last = body instanceof ByteBuffer ? wholeAnswer(body, this.reading) : lastEvent(body?.end());
    // A relay sends again an event that was cut off.
    if (last !== undefined && (body instanceof ByteBuffer || !this.isNumbered)) {
      this.destination.next(last);
    }
    this.destination.complete();
  }

  private read(bytes: Uint8Array): void {
    if (this.body instanceof EventParser) {
      this.body.push(bytes, this.sink);
    } else if (this.body === undefined) {
      this.begin(bytes, false);
    } else {
      this.body.append(bytes);
    }
  }

  private begin(bytes: Uint8Array, ended: boolean): void {
    const start = withoutLeadingSpace(this.start === undefined ? bytes : joinBytes([this.start, bytes]));
    this.start = start;
    const kind = sniff(start, this.declared, ended);
    if (kind === undefined) {
      return;
    }
    const { eventBytes, reading } = this;
    const shortcut = reading.createShortcut?.();
    this.body = kind === 'json' ? new ByteBuffer(eventBytes) : new EventParser({ eventBytes, lenient: true, shortcut });
    this.start = undefined;
    this.read(start);
  }
}

/** Removes leading white space, which some servers send to keep the connection alive until the model answers. */
function withoutLeadingSpace(bytes: Uint8Array): Uint8Array {
  const rest = withoutByteOrderMark(bytes) ?? bytes;
  const first = rest.findIndex((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d));
  return first === 0 ? rest : rest.subarray(first === -1 ? rest.length : first);
}

/** Keeps a last event without its empty line only if it can be parsed; otherwise it was cut off. */
function lastEvent(event: ServerSentEvent | undefined): AnswerEvent | undefined {
  const documents = event && parseEventData(event.data);
  return documents && { ...event, documents };
}

/** Converts an answer sent as one JSON document, a whole completion or an error, to an event. */
function wholeAnswer(body: ByteBuffer, reading: AnswerReading<unknown>): AnswerEvent {
  const data = new TextDecoder().decode(body.release()).trim();
  const documents = parseEventData(data) ?? [];
  const [document] = documents;
  if (document === undefined) {
    throw new ProtocolError('The server answered with malformed JSON instead of an event stream', { kind: 'parse' });
  }
  if (!(isObject(document) && reading.isWhole(document)) && errorFrame(document) === undefined) {
    throw notAnEventStream('JSON instead of');
  }
  return { event: 'message', data, id: '', documents };
}

function notAnEventStream(what: string): ProtocolError {
  return new ProtocolError(`The server answered with ${what} an event stream; check baseURL and the endpoint`);
}

const fieldNames = ['data', 'event', 'id', 'retry', 'error', ''];
const maxFieldName = 5;

/**
 * Detects the kind of a body from its first bytes, since servers send wrong content types in both directions.
 *
 * @param start The body so far, without leading white space.
 * @param declared Whether the headers declare a readable event stream.
 * @param ended Whether this is the whole body.
 * @returns `undefined` while more bytes are needed.
 * @throws {ProtocolError} If it is neither an event stream nor JSON.
 */
function sniff(start: Uint8Array, declared: boolean, ended: boolean): 'events' | 'json' | undefined {
  const isMark = withoutByteOrderMark(start) === undefined;
  const text = isMark ? '' : String.fromCharCode(...start.subarray(0, maxFieldName + 1));
  if (text === '') {
    return ended ? 'events' : undefined;
  }
  if (text.startsWith('<')) {
    throw notAnEventStream('a web page instead of');
  }
  if (text.startsWith('{') || text.startsWith('[')) {
    return 'json';
  }
  if (declared) {
    return 'events';
  }
  const [name = ''] = text.split(/[:\r\n]/u, 1);
  if (!ended && name.length === text.length && text.length <= maxFieldName) {
    return undefined;
  }
  if (!fieldNames.includes(name)) {
    throw notAnEventStream('something other than');
  }
  return 'events';
}
