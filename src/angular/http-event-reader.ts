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
import { isObject } from '../util/is-object.js';
import { checkEncoding } from '../transport/check-encoding.js';
import { toTransportError } from '../transport/to-transport-error.js';
import type { TransportEvent, TransportRequest } from '../transport/transport.js';

/** Converts the events of one `HttpClient` request to transport events. */
interface HttpEventReader {
  /** Assigns an event to an attempt, as soon as it arrives. Throws if another attempt follows one that was read from. */
  readonly assign: (event: HttpEvent<string>) => AttemptEvent;
  /** Returns what is new in a 2xx response or a redirect. Any other response is only read at its end, or when it is long. */
  readonly read: (event: AttemptEvent) => readonly TransportEvent[];
  /** Converts the error of a non-2xx response to its events. Errors that are not of HTTP pass through unchanged. */
  readonly readError: (error: unknown) => Observable<TransportEvent>;
}

/** An event and its attempt. */
export interface AttemptEvent {
  readonly attempt: Attempt;
  readonly event: HttpEvent<string>;
}

/** One response. An interceptor of the application may discard it and send the request again. */
interface Attempt {
  head?: HttpResponseBase;
  text: string;
}

/** Creates a reader for one request. */
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
    assign: (event) => {
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
          // An interceptor may have replaced the response that was read from.
          refuseSecond(text.startsWith(emitted) ? undefined : answered);
          return [...headOf(attempt, event), ...bytesUpTo(text, text.length)];
        }
        case HttpEventType.DownloadProgress: {
          const { head } = attempt;
          // The text is cumulative, so text before the head is read after it.
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
          'The server redirects to an address the browser hides; set baseURL to the final address',
        );
      }
      if (status !== 0 && !isOk(status) && (answered === undefined || head?.status === status)) {
        const whole = typeof body === 'string' ? body : '';
        return from([...headOf(current, error), ...bytesUpTo(whole, whole.length)]);
      }
      // The status of a broken response says more than the broken connection.
      const isUnread = answered === undefined && head !== undefined;
      const rest = isUnread ? [...headOf(current, head), ...bytesUpTo(text, text.length)] : [];
      const cause = isError(body) ? body : error;
      return concat(
        rest,
        throwError(() => toTransportError(cause, request, answered !== undefined)),
      );
    },
  };
}

/** Throws if a response was already read from, since its text cannot be taken back. */
function refuseSecond(answered: Attempt | undefined): void {
  if (answered !== undefined) {
    throw new ConnectionError(
      'An HttpClient interceptor sent the request again, or replaced its response, after the response had started; make it skip this request, and use retryTransient() instead',
    );
  }
}

/** Returns whether to read an error response now, up to the limit of its body, because its end may never come. */
function isLong({ text }: Attempt): boolean {
  return text.length > 64 * 1024;
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Returns whether a cause has a message, which the event of XHR has not. `instanceof` is false across frames. */
function isError(value: unknown): boolean {
  return isObject(value) && 'message' in value;
}

/** The length without an incomplete last character: half a surrogate pair, or U+FFFD for the first bytes of one. */
function wholeLength(text: string): number {
  return /[\ud800-\udbff\ufffd]$/.test(text) ? text.length - 1 : text.length;
}

function toHeaders(headers: HttpHeaders): Headers {
  const copy = new Headers();
  headers.keys().forEach((name) => headers.getAll(name)?.forEach((value) => copy.append(name, value)));
  return copy;
}
