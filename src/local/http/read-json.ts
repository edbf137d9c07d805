import type { IncomingMessage } from 'node:http';
import { defer, fromEvent, map, merge, mergeMap, reduce, takeUntil, tap, throwError, type Observable } from 'rxjs';
import { parseJson } from '../../util/parse-json.js';
import { LocalError } from './local-error.js';

/** The maximum size of a request body, in bytes. */
const maxBody = 4 * 1024 * 1024;

/**
 * Reads a request body as JSON, whatever its content type, and emits its value. Errors with a `LocalError` for a body
 * that is too large or not JSON. A body that is too large is still read to its end, since a client that is sending would
 * not see the answer.
 */
export function readJson(request: IncomingMessage): Observable<unknown> {
  return defer(() => {
    const parts: Buffer[] = [];
    const broken = fromEvent(request, 'error').pipe(mergeMap((error) => throwError(() => error)));
    return merge(fromEvent(request, 'data') as Observable<Buffer>, broken).pipe(
      takeUntil(fromEvent(request, 'end')),
      reduce((size, bytes) => {
        if (size + bytes.length <= maxBody) {
          parts.push(bytes);
        }
        return size + bytes.length;
      }, 0),
      tap(checkSize),
      map(() => parse(Buffer.concat(parts).toString())),
    );
  });
}

function checkSize(size: number): void {
  if (size > maxBody) {
    throw new LocalError(413, `The body has ${size} bytes; this server reads up to ${maxBody}.`, {
      code: 'request_too_large',
    });
  }
}

function parse(text: string): unknown {
  const value = parseJson(text);
  if (value === undefined) {
    throw new LocalError(400, 'The body is not valid JSON.');
  }
  return value;
}
