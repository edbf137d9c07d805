import type { ServerResponse } from 'node:http';
import {
  catchError,
  connect,
  defer,
  EMPTY,
  endWith,
  fromEvent,
  identity,
  ignoreElements,
  interval,
  map,
  merge,
  of,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { formatEvent } from '../../sse/format-event.js';
import type { Exchange } from './exchange.js';
import { toLocalError, type LocalError } from './local-error.js';

/** Sends JSON. */
export function sendJson(response: ServerResponse, value: object, status = 200): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

/** Sends plain text. */
export function sendText(response: ServerResponse, text: string): void {
  send(response, 200, 'text/plain; charset=utf-8', text);
}

/** Sends an error with its headers. */
export function sendError(response: ServerResponse, { status, headers, body }: LocalError): void {
  response.setHeaders(new Headers(headers));
  sendJson(response, body, status);
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/**
 * Sends objects as server-sent events, then `[DONE]`. The head is sent with the first event or keep-alive comment. An
 * earlier error passes through, so that it can still be answered with its own status; a later one is sent as an error
 * frame, which ends the stream without `[DONE]`.
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
          response.writeHead(200, streamHeaders);
        }
        response.write(frame);
      },
      complete: () => response.end(),
    }),
  );
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // nginx and other proxies would buffer the stream otherwise.
  'x-accel-buffering': 'no',
};

/**
 * Emits a comment after every `duration` milliseconds without a frame, even before the first one.
 *
 * ```text
 * frames:  a------b--|
 * result:  a--c--cb--|   c = comment, duration = 3
 * ```
 */
function commentWhenSilent(duration: number, scheduler: SchedulerLike): MonoTypeOperatorFunction<string> {
  return connect((frames) => {
    const comments = frames.pipe(
      startWith(''),
      switchMap(() => interval(duration, scheduler)),
      map(() => ': keep-alive\n\n'),
      takeUntil(frames.pipe(ignoreElements(), endWith(''))),
    );
    return merge(comments, frames);
  });
}

/** Completes as soon as a response can be written to without buffering more of it in memory. */
export function whenWritable(response: ServerResponse): Observable<never> {
  return defer(() =>
    response.writableNeedDrain ? fromEvent(response, 'drain').pipe(take(1), ignoreElements()) : EMPTY,
  );
}
