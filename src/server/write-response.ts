import { firstValueFrom, from, fromEvent, noop, race, shareReplay, Subject } from 'rxjs';
import { isGone, type NodeResponse } from './node-exchange.js';

/**
 * Sends a web response through Node, as fast as the socket takes it. When the client leaves, the body is cancelled. If there
 * is no response the answer is 500 without a text; if its body fails, the connection is broken off.
 */
export function writeResponse(answer: Response | Promise<Response>, response: NodeResponse): void {
  send(answer, response).catch((error: unknown) => {
    if (response.headersSent) {
      response.destroy(error as Error);
    } else {
      response.statusCode = 500;
      response.end();
    }
  });
}

async function send(answer: Response | Promise<Response>, response: NodeResponse): Promise<void> {
  const { status, headers, body } = await answer;
  if (isGone(response)) {
    await body?.cancel();
    return;
  }
  response.statusCode = status;
  for (const [name, value] of headers) {
    if (name === 'set-cookie') {
      response.appendHeader(name, value);
    } else {
      response.setHeader(name, value);
    }
  }
  if (body === null || response.req.method === 'HEAD') {
    response.end();
    await body?.cancel();
    return;
  }
  response.flushHeaders?.();
  const isLive = headers.get('content-type')?.startsWith('text/event-stream') === true;
  await writeBody(body.getReader(), response, isLive);
  response.end();
}

async function writeBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  response: NodeResponse,
  isLive: boolean,
): Promise<void> {
  const drained = new Subject<void>();
  // Express's compression has a buffer of its own. It tells of it to what `on` adds, and removes nothing.
  response.on('drain', () => drained.next());
  const closed = fromEvent(response, 'close');
  // A body may fail because the socket takes nothing any more.
  const failed = from(reader.closed).pipe(shareReplay({ bufferSize: 1, refCount: false }));
  // What fails while a body is cancelled concerns nobody any more, and would end the process.
  const left = closed.subscribe(() => void reader.cancel().catch(noop));
  try {
    for (let piece = await reader.read(); !piece.done && !isGone(response); piece = await reader.read()) {
      if (isLive) {
        await turnEnd();
      }
      if (!isGone(response) && !response.write(piece.value)) {
        await firstValueFrom(race(drained, closed, failed));
      }
    }
  } finally {
    left.unsubscribe();
  }
}

let turn: Promise<void> | undefined;

/**
 * Waits until what has come in this turn of the event loop was handled. Where many streams are open, events of several come in
 * one turn, and writing them one after the other takes less CPU time than between reads.
 */
function turnEnd(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
