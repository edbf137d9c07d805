import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { catchError, defer, EMPTY, from, mergeMap, Observable, throwError } from 'rxjs';
import { contentTypeOf } from './content-type.js';
import type { Exchange } from './exchange.js';
import { findPage, type Page } from './find-page.js';
import { LocalError } from './local-error.js';
import { pathOf } from './path-of.js';

/**
 * Sends the file of a folder that the request names; none is a `LocalError` 404, and another method than GET and HEAD
 * a 405.
 */
export function sendPage({ request, response }: Exchange, root: string): Observable<unknown> {
  return defer(() => {
    const { method = '' } = request;
    const path = pathOf(request);
    if (method !== 'GET' && method !== 'HEAD') {
      throw new LocalError(405, `${path} does not take ${method}; it takes GET, HEAD.`, {
        code: 'method_not_allowed',
        headers: { allow: 'GET, HEAD' },
      });
    }
    return from(findPage(root, path)).pipe(
      mergeMap((page) => {
        if (page === undefined) {
          throw noFile(path);
        }
        return sendFile(response, page, method === 'GET').pipe(
          catchError((error: unknown) => throwError(() => (response.headersSent ? error : noFile(path, error)))),
        );
      }),
    );
  });
}

function sendFile(response: ServerResponse, { file, size }: Page, withBody: boolean): Observable<never> {
  const sendHead = (): void => {
    response.writeHead(200, {
      'content-type': contentTypeOf(file),
      'content-length': size,
      // What is being developed changes: a browser asks each time.
      'cache-control': 'no-cache',
    });
  };
  if (!withBody || size === 0) {
    sendHead();
    response.end();
    return EMPTY;
  }
  return new Observable((subscriber) => {
    // Not beyond the length that was announced, should the file grow meanwhile.
    const bytes = createReadStream(file, { end: size - 1 });
    bytes.on('open', sendHead);
    bytes.on('error', (cause) => subscriber.error(cause));
    bytes.on('end', () => {
      if (bytes.bytesRead < size) {
        subscriber.error(new Error('The file shrank while it was sent'));
        return;
      }
      response.end();
      subscriber.complete();
    });
    bytes.pipe(response, { end: false });
    return () => bytes.destroy();
  });
}

function noFile(path: string, cause?: unknown): LocalError {
  return new LocalError(404, `There is no file at ${path}.`, { code: 'unknown_url', cause });
}
