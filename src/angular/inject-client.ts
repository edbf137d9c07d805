import { inject } from '@angular/core';
import type { Client } from '../client/create-client.js';
import { tokenOf } from './client-token.js';

/**
 * Injects the client that `provideClient()` provides, or the one that it provides `withName(name)`.
 *
 * ```ts
 * class Chat {
 *   readonly client = injectClient();
 *   readonly relay = injectClient('relay');
 * }
 * ```
 *
 * It is the same in a browser and while rendering on a server, where `baseURL` must be a whole address.
 *
 * @throws Error when there is no such provider, naming what to add; TypeError for a configuration that `createClient`
 *   refuses, such as an `apiKey` in a web page.
 */
export function injectClient(name?: string): Client {
  const client = inject(tokenOf(name), { optional: true });
  if (client === null) {
    throw new Error(
      name === undefined
        ? 'No client is provided: add provideClient({ baseURL }) to the providers of the application'
        : `No client is provided under the name "${name}": add provideClient({ baseURL }, withName('${name}')) to the providers of the application`,
    );
  }
  return client;
}
