import type { ServerResponse } from 'node:http';
import {
  catchError,
  EMPTY,
  defer,
  identity,
  endWith,
  fromEvent,
  map,
  of,
  take,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { formatEvent } from '../../sse/format-event.js';
import type { Exchange } from './exchange.js';
import { commentWhenSilent } from './comment-when-silent.js';
import { toLocalError } from './to-local-error.js';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // Proxies such as nginx would hold the stream back otherwise.
  'x-accel-buffering': 'no',
};

/**
 * Sends each object as a server-sent event, then `[DONE]`. The head goes with the first event, so that an error
 * before it can still be an HTTP error, which is left to the caller; a later one is sent as an error frame, and ends
 * the stream without `[DONE]`. While nothing comes, comments are sent if the settings ask for them; the first of them
 * sends the head, too.
 */
export function sendEvents({ response, settings }: Exchange, objects: Observable<object>): Observable<string> {
  const { keepAlive, scheduler } = settings;
  return objects.pipe(
    map((object) => JSON.stringify(object)),
    endWith('[DONE]'),
    catchError((error: unknown) =>
      response.headersSent ? of(JSON.stringify(toLocalError(error, 'The stream').body)) : throwError(() => error),
    ),
    map((data) => formatEvent({ data })),
    keepAlive === undefined ? identity : commentWhenSilent(keepAlive, scheduler),
    tap({
      next: (frame) => {
        if (!response.headersSent) {
          response.writeHead(200, headers);
        }
        response.write(frame);
      },
      complete: () => response.end(),
    }),
  );
}

/**
 * Completes when the client has read enough for more to be written: at once, unless it reads more slowly than we write.
 */
export function whenWritable(response: ServerResponse): Observable<unknown> {
  return defer(() => (response.writableNeedDrain ? fromEvent(response, 'drain').pipe(take(1)) : EMPTY));
}
