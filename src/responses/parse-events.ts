import { asyncScheduler, type OperatorFunction, type SchedulerLike, type Subscriber } from 'rxjs';
import { type AnswerEvent, documentsOf, done, errorFrame, type ProvenChunk } from '../answers/event-data.js';
import { ForeignStream } from '../answers/foreign-stream.js';
import { numberIn } from '../answers/read-fields.js';
import type { StreamCursor } from '../answers/stream-cursor.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { toStreamError } from '../errors/server-error.js';
import { StreamError } from '../errors/stream-error.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { Redact } from '../secrets/redactor.js';
import { isObject } from '../util/is-object.js';
import { operate, type Stage } from '../util/operate.js';
import { endingOf, isResponse, responseOf, toEnding } from './ending.js';
import { readEvent } from './read-event.js';

/** Configuration of {@link parseResponseEvents}. */
interface ParseEventsConfig {
  /** Removes secrets from the text of errors that the server sends inside the stream. */
  readonly redact: Redact;
  /** Its clock converts the time until which such an error asks to wait. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /**
   * Is moved with each numbered event. Events up to the number that it has at subscription were read already, and are
   * dropped. It gets the response's id if the server goes on when nobody reads the stream.
   */
  readonly cursor?: StreamCursor | undefined;
}

/**
 * Emits the typed events of a response, and completes after the one that ends it.
 *
 * A response that failed or was cancelled is a `StreamError` after that event; an error event is one at once, and so is an
 * end of the source before the response has ended. Data that is not JSON, an event that is not valid, and objects of
 * another endpoint are a `ProtocolError`.
 */
export function parseResponseEvents(
  config: ParseEventsConfig,
): OperatorFunction<AnswerEvent | ProvenChunk<ResponseEvent>, ResponseEvent> {
  return operate((destination) => new ResponseParser(destination, config));
}

type Fields = Readonly<Record<string, unknown>>;

class ResponseParser implements Stage<AnswerEvent | ProvenChunk<ResponseEvent>> {
  private readonly destination: Subscriber<ResponseEvent>;
  private readonly config: ParseEventsConfig;
  /** The number of the last event of an earlier exchange. */
  private readonly from: number;
  private readonly foreign = new ForeignStream('objects that are no events of a response', hasOwnType);
  private empty = true;

  constructor(destination: Subscriber<ResponseEvent>, config: ParseEventsConfig) {
    this.destination = destination;
    this.config = config;
    this.from = config.cursor?.after ?? -Infinity;
  }

  next(event: AnswerEvent | ProvenChunk<ResponseEvent>): void {
    if ('chunk' in event) {
      if (this.isNew(event.chunk as object as Fields)) {
        this.destination.next(event.chunk);
      }
      return;
    }
    for (const document of documentsOf(event, this)) {
      if (this.destination.closed) {
        return;
      }
      if (document === done) {
        this.complete();
      } else {
        this.readDocument(document, event.event);
      }
    }
  }

  complete(): void {
    throw (
      this.foreign.error(this.config.redact) ??
      new StreamError(
        this.empty
          ? 'The stream ended before its first event'
          : 'The stream ended early: no event says that the response has ended',
        { kind: 'truncated', retryable: true },
      )
    );
  }

  private readDocument(document: unknown, name: string): void {
    if (isObject(document)) {
      if (hasOwnType(document)) {
        this.read(document);
        return;
      }
      if (isResponse(document)) {
        this.read(toEnding(document) ?? this.refuse(document));
        return;
      }
    }
    const error = isOtherEvent(document, name) ? undefined : errorFrame(document, name);
    if (error !== undefined) {
      throw this.toError(withoutType(error));
    }
    if (isObject(document)) {
      this.readOther(document, name);
    } else if (typeof document === 'string') {
      readEvent(document);
    }
  }

  /** Reads an object that is not an event of a response as the API documents it. */
  private readOther(document: Record<string, unknown>, name: string): void {
    const type = document['type'] ?? (name === 'message' ? undefined : name);
    if (type === 'keepalive' || type === 'ping') {
      this.isNew(document, false);
    } else if (type !== undefined) {
      document['type'] = type;
      this.read(document);
    } else if (this.empty && Object.keys(document).length > 0) {
      // What has no type later on costs nothing that came before.
      this.foreign.see(document);
      this.complete();
    }
  }

  private read(document: Fields): void {
    if (!this.isNew(document)) {
      return;
    }
    this.foreign.see(document);
    const frame = failureIn(document);
    const event = readEvent(document);
    this.empty = false;
    const ending = endingOf(event);
    this.note(event, ending !== undefined);
    this.destination.next(event);
    if (ending === 'failed' || ending === 'cancelled') {
      throw ending === 'failed' ? this.toError(frame) : cancelled();
    }
    if (ending !== undefined) {
      this.destination.complete();
    }
  }

  /** Moves the cursor to a document, which a relay's ids do already; whether it has not been read in an earlier exchange. */
  private isNew(document: Fields, isEmitted = true): boolean {
    const number = numberIn(document['sequence_number']);
    const { cursor } = this.config;
    if (cursor === undefined || cursor.relayed) {
      return true;
    }
    if (number === undefined) {
      if (isEmitted) {
        cursor.unnumbered = true;
      }
      return true;
    }
    if (number <= this.from) {
      return false;
    }
    cursor.after = number;
    return true;
  }

  private refuse(document: Fields): never {
    const { status } = document;
    this.note(readEvent({ type: 'response.created', response: document }));
    const shown = status === 'queued' || status === 'in_progress' ? ` that is ${status}` : '';
    throw new ProtocolError(`The server answered with a response${shown} instead of an event stream`);
  }

  /** Notes under which id the server goes on when nobody reads the stream, if it says so, and whether it is over. */
  private note(event: ResponseEvent, isLast = false): void {
    const { cursor } = this.config;
    if (cursor === undefined) {
      return;
    }
    if (isLast) {
      cursor.over = true;
    }
    if (cursor.id === undefined) {
      const { background, id } = responseOf(event) ?? {};
      cursor.id = background === true && id !== '' ? id : undefined;
    }
  }

  toError(frame: unknown): StreamError {
    const { redact, scheduler = asyncScheduler } = this.config;
    return toStreamError(frame, redact, scheduler.now());
  }
}

function hasOwnType({ type }: Fields): boolean {
  return typeof type === 'string' && type.startsWith('response.');
}

/** Whether a document is an event of another kind, whose message is no error. */
function isOtherEvent(document: unknown, name: string): boolean {
  const { type, error }: Fields = isObject(document) ? document : {};
  return typeof type === 'string' && type !== 'error' && !error && name !== 'error';
}

/** Replaces the type of an error event, which does not tell the type of the error, by what a relay tells of it. */
function withoutType(frame: unknown): unknown {
  if (!isObject(frame) || frame['type'] !== 'error') {
    return frame;
  }
  const { kind, ...error } = frame;
  return { ...error, type: kind };
}

/** Returns the error of a response as the server sent it. */
function failureIn({ response, error }: Fields): unknown {
  const own = isObject(response) ? response['error'] : undefined;
  return { error: own ?? error };
}

function cancelled(): StreamError {
  return new StreamError('The response was cancelled', { kind: 'provider', code: 'cancelled', retryable: false });
}
