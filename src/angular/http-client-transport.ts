import { type HttpClient, type HttpEvent, HttpEventType } from '@angular/common/http';
import { catchError, connect, defer, filter, map, merge, mergeMap, type Observable, type SchedulerLike } from 'rxjs';
import { throttleRender } from '../operators/throttle-render.js';
import type { Transport, TransportRequest } from '../transport/transport.js';
import { withRedirects } from '../transport/with-redirects.js';
import { type AttemptEvent, createHttpEventReader } from './http-event-reader.js';

/** How often the text so far is read, in milliseconds: each reading copies it. */
const readingPause = 50;

/**
 * A transport over Angular's `HttpClient`, whose text is read at most every 50 ms and at its end.
 *
 * @param page Gives the address of the page, where requests to its own origin are to go out as paths.
 */
export function httpClientTransport(http: HttpClient, scheduler?: SchedulerLike, page?: () => string): Transport {
  return withRedirects((request) =>
    defer(() => {
      const reader = createHttpEventReader(request);
      return sendOver(http, page === undefined ? request : { ...request, url: asPath(request.url, page()) }).pipe(
        // Before anything waits: an event must not be taken for one of an attempt that follows.
        map((event) => reader.place(event)),
        connect((events) =>
          merge(
            // First, so that what came before an error is read before the error ends them both.
            events.pipe(filter(carriesText), throttleRender(readingPause, scheduler)),
            events.pipe(filter(({ event }) => event.type === HttpEventType.ResponseHeader)),
          ),
        ),
        mergeMap((placed) => reader.read(placed)),
        catchError((error: unknown) => reader.readError(error)),
      );
    }),
  );
}

function sendOver(http: HttpClient, { method, url, headers, body }: TransportRequest): Observable<HttpEvent<string>> {
  return http.request(method, url, {
    // HttpClient would send the JSON of a Uint8Array.
    body: typeof body === 'object' ? body.slice().buffer : body,
    headers: { ...headers },
    observe: 'events',
    reportProgress: true,
    responseType: 'text',
    redirect: 'manual',
    transferCache: false,
  });
}

/** The path alone, where a page takes it for the same address. */
function asPath(url: string, page: string): string {
  const { href, origin } = new URL(url);
  const path = href.slice(origin.length);
  return URL.canParse(path, page) && new URL(path, page).href === href ? path : url;
}

function carriesText({ event }: AttemptEvent): boolean {
  return event.type === HttpEventType.DownloadProgress || event.type === HttpEventType.Response;
}
