import { inject, Injector, REQUEST } from '@angular/core';
import { rendersOnServer } from './build-provided-client.js';
import type { ClientFeature } from './provide-client.js';

/**
 * Sends the requests of a client also while a server renders, which does not happen otherwise.
 *
 * ```ts
 * provideClient({ baseURL: '/v1', deadlines: { total: 5_000 } }, withServerRequests());
 * ```
 *
 * A page waits for each stream that its rendering opens, so set `deadlines`: a silent server holds the page until the first
 * of them. The browser asks again after hydration, so each answer is paid for twice. A `baseURL` that is a path is resolved
 * against the address of the request that is answered. A page that is prerendered has no request, so each stream errors
 * with a `TypeError`, as it does for any other mistake in the configuration.
 */
export function withServerRequests(): ClientFeature {
  return {
    onServer: true,
    configure: (config) => {
      const { baseURL } = config;
      const request = rendersOnServer(inject(Injector)) ? inject(REQUEST) : null;
      return request === null || baseURL === undefined || !URL.canParse(baseURL, request.url)
        ? config
        : { ...config, baseURL: new URL(baseURL, request.url).href };
    },
  };
}
