import type { ServerResponse } from 'node:http';
import {
  catchError,
  defer,
  EMPTY,
  endWith,
  fromEvent,
  identity,
  ignoreElements,
  map,
  of,
  take,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { formatEvent } from '../../sse/format-event.js';
import { fillSilence } from '../../util/fill-silence.js';
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
 * Sends objects as server-sent events, then `[DONE]`. An error before the head passes through, so that it can still be
 * answered with its own status; a later one is sent as an error frame, which ends the stream without `[DONE]`.
 */
export function sendEvents(exchange: Exchange, objects: Observable<object>): Observable<string> {
  const frames = objects.pipe(
    map((object) => JSON.stringify(object)),
    endWith('[DONE]'),
    catchError((error: unknown) =>
      exchange.response.headersSent
        ? of(JSON.stringify(toLocalError(error, 'The stream').body))
        : throwError(() => error),
    ),
    map((data) => formatEvent({ data })),
  );
  return sendFrames(exchange, frames);
}

/** Sends the frames of an event stream. The head is sent with the first frame or keep-alive comment. */
export function sendFrames({ response, settings }: Exchange, frames: Observable<string>): Observable<string> {
  const { keepAlive, scheduler } = settings;
  return frames.pipe(
    keepAlive === undefined ? identity : fillSilence(': keep-alive\n\n', keepAlive, scheduler),
    tap({
      next: (frame) => {
        sendStreamHead(response);
        response.write(frame);
      },
      complete: () => response.end(),
    }),
  );
}

/** Sends the head of an event stream, unless it was sent. */
export function sendStreamHead(response: ServerResponse): void {
  if (!response.headersSent) {
    response.writeHead(200, streamHeaders);
  }
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // nginx and other proxies would buffer the stream otherwise.
  'x-accel-buffering': 'no',
};

/** Completes as soon as a response can be written to without buffering more of it in memory. */
export function whenWritable(response: ServerResponse): Observable<never> {
  return defer(() =>
    response.writableNeedDrain ? fromEvent(response, 'drain').pipe(take(1), ignoreElements()) : EMPTY,
  );
}
