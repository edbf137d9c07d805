import type { IncomingMessage } from 'node:http';
import { defer, fromEvent, map, merge, reduce, takeUntil, tap, type Observable } from 'rxjs';
import { parseJson } from '../../util/parse-json.js';
import { LocalError } from './local-error.js';

/** The largest body that is read, in bytes. */
const longestBody = 4 * 1024 * 1024;

/**
 * Reads a request body as JSON, whatever its content type says. Emits one value; a body that is too long or no JSON
 * is a `LocalError`. What is too long is read to its end but not kept: a client that is still sending would not see the
 * answer.
 */
export function readJson(request: IncomingMessage): Observable<unknown> {
  return defer(() => {
    const parts: Buffer[] = [];
    const broken = fromEvent(request, 'error').pipe(
      map((error) => {
        throw error;
      }),
    );
    return merge(fromEvent(request, 'data') as Observable<Buffer>, broken).pipe(
      takeUntil(fromEvent(request, 'end')),
      reduce((size, bytes) => {
        if (size + bytes.length <= longestBody) {
          parts.push(bytes);
        }
        return size + bytes.length;
      }, 0),
      tap(refuseLonger),
      map(() => parse(Buffer.concat(parts).toString())),
    );
  });
}

function refuseLonger(size: number): void {
  if (size > longestBody) {
    throw new LocalError(413, `The body has ${size} bytes; this server reads up to ${longestBody}.`, {
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
