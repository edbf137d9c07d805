import {
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  type HttpHeaders,
  type HttpResponseBase,
} from '@angular/common/http';
import { concat, from, type Observable, throwError } from 'rxjs';
import { ConnectionError } from '../errors/connection-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { checkEncoding } from '../transport/check-encoding.js';
import { toTransportError } from '../transport/to-transport-error.js';
import type { TransportEvent, TransportRequest } from '../transport/transport.js';

/** An answer that began. An interceptor of the application may refuse it, and send the request again. */
interface Attempt {
  head?: HttpResponseBase;
  text: string;
}

/** An event, and what it is part of. */
export interface AttemptEvent {
  readonly attempt: Attempt;
  readonly event: HttpEvent<string>;
}

/** Reads what is new in the events of one `HttpClient` request. */
export interface HttpEventReader {
  /** Tells which attempt an event is part of, as soon as it comes. Throws when another follows one that was read from. */
  readonly place: (event: HttpEvent<string>) => AttemptEvent;
  /** Gives a 2xx answer and a redirect as they come, and nothing of another: only its end tells whether it is the last. */
  readonly read: (placed: AttemptEvent) => readonly TransportEvent[];
  /** A non-2xx answer is an answer here. Errors that are not of HTTP, such as those of an app's interceptor, stay as they are. */
  readonly readError: (error: unknown) => Observable<TransportEvent>;
}

/** A reader that has read nothing yet. */
export function createHttpEventReader(request: TransportRequest): HttpEventReader {
  const encoder = new TextEncoder();
  let current: Attempt = { text: '' };
  let answered: Attempt | undefined;
  let encoding: string | null = null;
  let emitted = '';

  const headOf = (attempt: Attempt, { status, headers }: HttpResponseBase): readonly TransportEvent[] => {
    if (answered === attempt) {
      return [];
    }
    refuseSecond(answered);
    answered = attempt;
    encoding = headers.get('content-encoding');
    return [{ type: 'head', status, headers: toHeaders(headers) }];
  };
  const bytesUpTo = (text: string, end: number): readonly TransportEvent[] => {
    if (end <= emitted.length) {
      return [];
    }
    const bytes = encoder.encode(text.slice(emitted.length, end));
    if (emitted === '') {
      checkEncoding(encoding, bytes);
    }
    emitted = text.slice(0, end);
    return [{ type: 'data', bytes }];
  };

  return {
    place: (event) => {
      const isHead = event.type === HttpEventType.ResponseHeader;
      if (event.type === HttpEventType.Sent || (isHead && current.head !== undefined)) {
        refuseSecond(answered);
        current = { text: '' };
      }
      if (isHead) {
        current.head = event;
      }
      return { attempt: current, event };
    },
    read: ({ attempt, event }) => {
      switch (event.type) {
        case HttpEventType.ResponseHeader:
          return isOk(event.status) || isRedirect(event.status) ? headOf(attempt, event) : [];
        case HttpEventType.Response: {
          const text = event.body ?? '';
          // An interceptor may have put an answer of its own in place of the one that was read from.
          refuseSecond(text.startsWith(emitted) ? undefined : answered);
          return [...headOf(attempt, event), ...bytesUpTo(text, text.length)];
        }
        case HttpEventType.DownloadProgress: {
          const { head } = attempt;
          // The text is cumulative: what comes before the head is read after it.
          attempt.text = event.partialText ?? '';
          return [
            ...(head !== undefined && attempt === current && isLong(attempt) ? headOf(attempt, head) : []),
            ...(answered === attempt ? bytesUpTo(attempt.text, wholeLength(attempt.text)) : []),
          ];
        }
        default:
          return [];
      }
    },
    readError: (error) => {
      if (!(error instanceof HttpErrorResponse)) {
        return throwError(() => error);
      }
      const { status } = error;
      const body: unknown = error.error;
      const { head, text } = current;
      if (answered === undefined && status === 0 && head?.status === 0) {
        throw new ProtocolError(
          'The server redirects, which a browser does not show; set baseURL to the final address',
        );
      }
      if (status !== 0 && !isOk(status) && (answered === undefined || head?.status === status)) {
        const whole = typeof body === 'string' ? body : '';
        return from([...headOf(current, error), ...bytesUpTo(whole, whole.length)]);
      }
      // The status of an answer that broke says more than that it did.
      const held = answered === undefined && head !== undefined;
      const rest = held ? [...headOf(current, head), ...bytesUpTo(text, text.length)] : [];
      const cause = isError(body) ? body : error;
      return concat(
        rest,
        throwError(() => toTransportError(cause, request, answered !== undefined)),
      );
    },
  };
}

/** Two answers are not one, and what was emitted of the first cannot be taken back. */
function refuseSecond(answered: Attempt | undefined): void {
  if (answered !== undefined) {
    throw new ConnectionError(
      'An HttpClient interceptor sent the request again, or replaced its answer, after the answer had begun; let it leave this request alone, and use retryTransient() instead',
    );
  }
}

/** An error of which so much came is read to its limit, and then cut, rather than kept to an end that may not come. */
function isLong({ text }: Attempt): boolean {
  return text.length > 64 * 1024;
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Whether it says more than the event that XHR gives; `instanceof` is false for errors of another realm, such as a frame's. */
function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'message' in value;
}

/** How much of a text stays as it is: its last character may be half of one, or stand for bytes of which more follow. */
function wholeLength(text: string): number {
  return /[\ud800-\udbff\ufffd]$/.test(text) ? text.length - 1 : text.length;
}

function toHeaders(headers: HttpHeaders): Headers {
  const copy = new Headers();
  headers.keys().forEach((name) => headers.getAll(name)?.forEach((value) => copy.append(name, value)));
  return copy;
}
