import { fromEvent, merge, mergeMap, takeUntil, throwError, type Observable, type Subscription } from 'rxjs';
import type { NodeRequest } from './node-exchange.js';

/**
 * Converts a request of Node to a web request. Its address has the path and the query only: the client decides what is in
 * `Host`, and the origin means nothing.
 *
 * A body that a parser has read is taken from `request.body`, as JSON unless it is text or bytes.
 *
 * @param finished Emits when the response is sent, and nothing more of the body is needed.
 * @throws If a web request cannot have the method or the address.
 */
export function readRequest(
  request: NodeRequest & { readonly body?: unknown },
  signal: AbortSignal,
  finished: Observable<unknown>,
): Request {
  const { method = 'GET' } = request;
  const headers = headersOf(request);
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, duplex: 'half' };
  if (request.readableDidRead || request.readableEnded) {
    // They describe the bytes that the parser has read.
    ['content-length', 'content-encoding', 'transfer-encoding'].forEach((name) => headers.delete(name));
    init.body = parsedBody(request.body);
  } else if (method !== 'GET' && method !== 'HEAD') {
    init.body = streamOf(request, finished);
  }
  return new Request(addressOf(request), init);
}

const origin = 'http://localhost';

/** A proxy's client sends a whole address. Resolving a path that begins with two slashes would take its start for a host. */
function addressOf({ url = '/' }: NodeRequest): string {
  const { pathname, search } = new URL(url.startsWith('/') ? origin + url : url, origin);
  return origin + pathname + search;
}

function headersOf({ rawHeaders }: NodeRequest): Headers {
  const headers = new Headers();
  rawHeaders.forEach((name, place) => {
    // HTTP/2 has fields like `:path` among them.
    if (place % 2 === 0 && !name.startsWith(':')) {
      headers.append(name, rawHeaders[place + 1] ?? '');
    }
  });
  return headers;
}

function parsedBody(body: unknown): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) {
    return null;
  }
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as string | Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);
}

function streamOf(request: NodeRequest, finished: Observable<unknown>): ReadableStream<Uint8Array> {
  let reading: Subscription | undefined;
  // The next request of the connection comes after the rest of this one.
  const skip = (): void => {
    reading?.unsubscribe();
    request.resume();
  };
  const cut = fromEvent(request, 'close').pipe(mergeMap(() => throwError(() => new Error('The request was cut off'))));
  const over = merge(fromEvent(request, 'end'), cut);
  const read = (controller: ReadableStreamDefaultController<Uint8Array>): Subscription => {
    const subscription = fromEvent(request, 'data')
      .pipe(takeUntil(over))
      .subscribe({
        next: (piece) => {
          request.pause();
          controller.enqueue(piece as Uint8Array);
        },
        error: (error: unknown) => controller.error(error),
        complete: () => controller.close(),
      });
    subscription.add(finished.subscribe(skip));
    return subscription;
  };
  return new ReadableStream(
    {
      pull: (controller) => {
        reading ??= read(controller);
        request.resume();
      },
      cancel: skip,
    },
    { highWaterMark: 0 },
  );
}
