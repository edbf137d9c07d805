import { DOCUMENT } from '@angular/common';
import { type HttpClient, type HttpEvent, HttpEventType } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, connect, defer, filter, map, merge, mergeMap, type Observable, type SchedulerLike } from 'rxjs';
import { throttleRender } from '../operators/throttle-render.js';
import type { Transport, TransportRequest } from '../transport/transport.js';
import { withRedirects } from '../transport/with-redirects.js';
import { parseUrl } from '../util/parse-url.js';
import { type AttemptEvent, createHttpEventReader } from './http-event-reader.js';
import { injectHttpClient } from './inject-http-client.js';
import type { ClientFeature } from './provide-client.js';

/**
 * Sends the requests of a client through Angular's `HttpClient`, so that the application's interceptors apply, and
 * `HttpTestingController` works in its tests.
 *
 * ```ts
 * bootstrapApplication(App, {
 *   providers: [provideHttpClient(withFetch(), withInterceptors([auth])), provideClient({ baseURL: '/v1' }, withHttpClient())],
 * });
 * ```
 *
 * Text is emitted at most every 50 ms, because `HttpClient` passes the whole text so far each time, and keeps all of it in
 * memory. An open stream does not hold `whenStable()`. Without this feature a client emits every chunk as it arrives. A non-2xx response is an `ApiError`, a missing
 * response or a broken connection a `ConnectionError`; errors of the application's interceptors pass through unchanged. Use
 * `withFetch()`, because XHR follows redirects without asking.
 *
 * An interceptor may send a request again after a non-2xx response, for example a 401 with a fresh token. Such a response is
 * read to its end, and counts only if no other follows. Once a 2xx response has started, a second one is a
 * `ConnectionError`, since the text of the first cannot be taken back. Retry broken connections with `retryTransient`.
 *
 * Interceptors and tests see URLs in the form of `baseURL`: `/v1/chat/completions` for `/v1`, and an absolute URL for an
 * absolute one, even one of the page's own origin.
 */
export function withHttpClient(): ClientFeature {
  return {
    configure: (config) => {
      const http = injectHttpClient();
      if (http === null) {
        throw new Error(
          'No HttpClient is provided for withHttpClient(): add provideHttpClient(withFetch()) to the providers',
        );
      }
      const { baseURL, scheduler } = config;
      const document = inject(DOCUMENT);
      const page =
        baseURL === undefined || parseUrl(baseURL) !== undefined ? undefined : (): string => document.baseURI;
      return { ...config, transport: httpClientTransport(http, scheduler, page) };
    },
  };
}

/** Milliseconds between two reads of the text so far, each of which copies it. */
const readInterval = 50;

/** @param page Returns the URL of the page, if requests to its origin are to be sent as paths. */
function httpClientTransport(http: HttpClient, scheduler?: SchedulerLike, page?: () => string): Transport {
  return withRedirects((request) =>
    defer(() => {
      const reader = createHttpEventReader(request);
      return sendOver(http, page === undefined ? request : { ...request, url: toPath(request.url, page()) }).pipe(
        // Before the throttling, which may delay an event until the next attempt has started.
        map((event) => reader.assign(event)),
        connect((events) =>
          merge(
            // First, so that text before an error is read before the error ends both.
            events.pipe(filter(hasText), throttleRender(readInterval, scheduler)),
            events.pipe(filter(({ event }) => event.type === HttpEventType.ResponseHeader)),
          ),
        ),
        mergeMap((event) => reader.read(event)),
        catchError((error: unknown) => reader.readError(error)),
      );
    }),
  );
}

function sendOver(http: HttpClient, { method, url, headers, body }: TransportRequest): Observable<HttpEvent<string>> {
  return http.request(method, url, {
    // HttpClient would send a Uint8Array as JSON.
    body: typeof body === 'object' ? body.slice().buffer : body,
    headers: { ...headers },
    observe: 'events',
    reportProgress: true,
    responseType: 'text',
    redirect: 'manual',
    transferCache: false,
  });
}

/** Converts a URL to a path, if the page resolves it to the same URL. */
function toPath(url: string, page: string): string {
  const { href, origin } = new URL(url);
  const path = href.slice(origin.length);
  return parseUrl(path, page)?.href === href ? path : url;
}

function hasText({ event }: AttemptEvent): boolean {
  return event.type === HttpEventType.DownloadProgress || event.type === HttpEventType.Response;
}
