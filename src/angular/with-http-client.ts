import { DOCUMENT } from '@angular/common';
import { HttpClient } from '@angular/common/http';
import { inject } from '@angular/core';
import type { ClientFeature } from './provide-client.js';
import { httpClientTransport } from './http-client-transport.js';

/**
 * Sends the requests of a client through Angular's `HttpClient`, so that an application's own interceptors apply, and
 * `HttpTestingController` in its tests.
 *
 * ```ts
 * bootstrapApplication(App, {
 *   providers: [provideHttpClient(withFetch(), withInterceptors([auth])), provideClient({ baseURL: '/v1' }, withHttpClient())],
 * });
 * ```
 *
 * Text comes at most every 50 ms, since `HttpClient` hands over the whole text so far each time, and it keeps all of
 * it; without this feature a client streams every chunk as it comes. A non-2xx answer is an `ApiError`, no answer or a
 * broken connection a `ConnectionError`, and what an interceptor of the application throws stays as it is. Use
 * `withFetch()`: over XHR redirects are followed without asking.
 *
 * An interceptor may send a request again whose answer is not 2xx, as after a 401 with a fresh token: such an answer is
 * read to its end first, and counts only if no other follows. Once a 2xx answer has begun another is a `ConnectionError`,
 * since two answers are not one: leave what breaks then to `retryTransient`.
 *
 * Interceptors and tests see an address as `baseURL` is written: `/v1/chat/completions` for `/v1`, and a whole address for
 * a whole one, of the page's own origin too.
 */
export function withHttpClient(): ClientFeature {
  return {
    configure: (config) => {
      const http = inject(HttpClient, { optional: true });
      if (http === null) {
        throw new Error(
          'No HttpClient is provided for withHttpClient(): add provideHttpClient(withFetch()) to the providers',
        );
      }
      const { baseURL, scheduler } = config;
      const document = inject(DOCUMENT);
      const page = baseURL === undefined || URL.canParse(baseURL) ? undefined : (): string => document.baseURI;
      return { ...config, transport: httpClientTransport(http, scheduler, page) };
    },
  };
}
