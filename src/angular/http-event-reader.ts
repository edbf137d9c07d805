import {
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  type HttpHeaders,
  type HttpResponseBase,
} from '@angular/common/http';
import { from, type Observable, throwError } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.js';
import { checkEncoding } from '../transport/check-encoding.js';
import { toTransportError } from '../transport/to-transport-error.js';
import type { TransportEvent, TransportRequest } from '../transport/transport.js';

/** Reads what is new in the events of one `HttpClient` request. */
export interface HttpEventReader {
  readonly read: (event: HttpEvent<string>) => readonly TransportEvent[];
  /** A non-2xx answer is an answer here. Errors that are not of HTTP, such as those of an app's interceptor, stay as they are. */
  readonly readError: (error: unknown) => Observable<TransportEvent>;
}

/** A reader that has read nothing yet. */
export function createHttpEventReader(request: TransportRequest): HttpEventReader {
  const encoder = new TextEncoder();
  let answered = false;
  let encoding: string | null = null;
  let emitted = 0;

  const headOf = ({ status, headers }: HttpResponseBase): readonly TransportEvent[] => {
    if (answered) {
      return [];
    }
    if (status === 0) {
      throw new ProtocolError('The server redirects, which a browser does not show; set baseURL to the final address');
    }
    answered = true;
    encoding = headers.get('content-encoding');
    return [{ type: 'head', status, headers: toHeaders(headers) }];
  };
  const bytesUpTo = (text: string, end: number): readonly TransportEvent[] => {
    checkEncoding(encoding);
    if (end <= emitted) {
      return [];
    }
    const bytes = encoder.encode(text.slice(emitted, end));
    emitted = end;
    return [{ type: 'data', bytes }];
  };

  return {
    read: (event) => {
      switch (event.type) {
        case HttpEventType.ResponseHeader:
          return headOf(event);
        case HttpEventType.Response:
          return [...headOf(event), ...bytesUpTo(event.body ?? '', event.body?.length ?? 0)];
        case HttpEventType.DownloadProgress: {
          // The text is cumulative: what comes before the head is read after it.
          const text = answered ? (event.partialText ?? '') : '';
          return bytesUpTo(text, wholeLength(text));
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
      if (status === 0 || (status >= 200 && status < 300)) {
        return throwError(() => toTransportError(isError(body) ? body : error, request, answered));
      }
      const text = typeof body === 'string' ? body : '';
      return from([...headOf(error), ...bytesUpTo(text, text.length)]);
    },
  };
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
