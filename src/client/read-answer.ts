import type { OperatorFunction } from 'rxjs';
import { errorFrame, parseEventData } from '../chunks/event-data.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { type ByteBuffer, createByteBuffer } from '../sse/byte-buffer.js';
import { createEventParser, type EventParser } from '../sse/event-parser.js';
import type { ServerSentEvent } from '../sse/parse-blocks.js';
import { isDecoded } from '../transport/check-encoding.js';
import type { TransportEvent } from '../transport/transport.js';
import { joinBytes } from '../util/join-bytes.js';
import { emitAll, operate } from '../util/operate.js';

/**
 * Reads the events of a model server's answer, allowing for what servers get wrong: a wrong content type, white space
 * before the first field, a last event without its empty line (if it is complete), and an answer sent as one JSON document,
 * which becomes one event. Anything else that is not an event stream is a `ProtocolError`, and an event or document longer
 * than `eventBytes` a `LimitError`.
 */
export function readAnswer(eventBytes: number): OperatorFunction<TransportEvent, ServerSentEvent> {
  return operate((destination) => {
    const reader = createAnswerReader(eventBytes);
    return {
      next: (event) => emitAll(reader.read(event), destination),
      complete: () => {
        emitAll(reader.end(), destination);
        destination.complete();
      },
    };
  });
}

interface AnswerReader {
  readonly read: (event: TransportEvent) => Iterable<ServerSentEvent>;
  readonly end: () => Iterable<ServerSentEvent>;
}

function createAnswerReader(eventBytes: number): AnswerReader {
  let start: Uint8Array = new Uint8Array();
  let declared = false;
  let parser: EventParser | undefined;
  let document: ByteBuffer | undefined;

  const readBody = (bytes: Uint8Array): Iterable<ServerSentEvent> => {
    if (document !== undefined) {
      document.append(bytes);
      return [];
    }
    return parser?.push(bytes) ?? readStart(bytes, false);
  };

  const readStart = (bytes: Uint8Array, ended: boolean): Iterable<ServerSentEvent> => {
    start = withoutLeadingSpace(joinBytes([start, bytes]));
    const kind = sniff(start, declared, ended);
    switch (kind) {
      case undefined:
        return [];
      case 'events':
        parser = createEventParser({ eventBytes, lenient: true });
        break;
      case 'json':
        document = createByteBuffer(eventBytes);
        break;
      case 'page':
      case 'other':
        throw notAnEventStream(kind === 'page' ? 'a web page instead of' : 'something other than');
    }
    return readBody(start);
  };

  return {
    read: (event) => {
      if (event.type === 'data') {
        return readBody(event.bytes);
      }
      const { headers } = event;
      // Only the body tells whether an unknown encoding was applied.
      const isReadable = isDecoded(headers.get('content-encoding'));
      declared = isReadable && (headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? false);
      return [];
    },
    end: () => {
      const rest = parser === undefined && document === undefined ? readStart(new Uint8Array(), true) : [];
      return [...rest, ...(document === undefined ? lastEvent(parser) : [wholeAnswer(document)])];
    },
  };
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Removes leading white space, which some servers send to keep the connection alive until the model answers. */
function withoutLeadingSpace(bytes: Uint8Array): Uint8Array {
  const rest = bytes.subarray(byteOrderMark.every((byte, index) => bytes[index] === byte) ? byteOrderMark.length : 0);
  const first = rest.findIndex((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d));
  return rest.subarray(first === -1 ? rest.length : first);
}

/** Keeps a last event without its empty line only if it can be parsed; otherwise it was cut off. */
function lastEvent(parser: EventParser | undefined): readonly ServerSentEvent[] {
  const event = parser?.end();
  return event !== undefined && parseEventData(event.data) !== undefined ? [event] : [];
}

/** Converts an answer sent as one JSON document, a whole completion or an error, to an event. */
function wholeAnswer(body: ByteBuffer): ServerSentEvent {
  const data = new TextDecoder().decode(body.release()).trim();
  const [document] = parseEventData(data) ?? [];
  if (document === undefined) {
    throw new ProtocolError('The server answered with malformed JSON instead of an event stream', { kind: 'parse' });
  }
  const choices = (document as { choices?: unknown }).choices;
  if (!Array.isArray(choices) && errorFrame(document) === undefined) {
    throw notAnEventStream('JSON instead of');
  }
  return { event: 'message', data, id: '' };
}

function notAnEventStream(what: string): ProtocolError {
  return new ProtocolError(`The server answered with ${what} an event stream; check baseURL and the endpoint`);
}

type BodyKind = 'events' | 'json' | 'page' | 'other';

const fieldNames = ['data', 'event', 'id', 'retry', 'error', ''] as const;
const maxFieldName = 5;

/**
 * Detects the kind of a body from its first bytes, since servers send wrong content types in both directions.
 *
 * @param start The body so far, without leading white space.
 * @param declared Whether the headers declare a readable event stream.
 * @param ended Whether this is the whole body.
 * @returns `undefined` while more bytes are needed.
 */
function sniff(start: Uint8Array, declared: boolean, ended: boolean): BodyKind | undefined {
  // `stream` allows for a byte order mark or character that has arrived only in part.
  const text = new TextDecoder().decode(start, { stream: true });
  if (text === '') {
    return ended ? 'events' : undefined;
  }
  if (text.startsWith('<')) {
    return 'page';
  }
  if (text.startsWith('{') || text.startsWith('[')) {
    return 'json';
  }
  if (declared) {
    return 'events';
  }
  const [name = ''] = text.split(/[:\r\n]/u, 1);
  const decided = ended || name.length < text.length || text.length > maxFieldName;
  return decided ? (fieldNames.some((field) => field === name) ? 'events' : 'other') : undefined;
}
