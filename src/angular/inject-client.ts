import { inject, InjectionToken } from '@angular/core';
import type { Client } from '../client/create-client.js';

/**
 * Injects the client provided by `provideClient()`, or the one provided with `withName(name)`.
 *
 * ```ts
 * class Chat {
 *   readonly client = injectClient();
 *   readonly relay = injectClient('relay');
 * }
 * ```
 *
 * While a server renders, its streams send nothing and complete at once without a value, unless the client is provided with
 * `withServerRequests()`. End them with `accumulateView()` or `defaultIfEmpty(…)` where a value is needed, as in `rxResource`.
 *
 * @throws Error if there is no such provider, with the code to add; TypeError for a configuration that `createClient`
 *   refuses, such as an `apiKey` in a web page.
 */
export function injectClient(name?: string): Client {
  const client = inject(tokenOf(name), { optional: true });
  if (client === null) {
    throw new Error(
      name === undefined
        ? 'No client is provided: add provideClient({ baseURL }) to the providers of the application'
        : `No client is provided with the name "${name}": add provideClient({ baseURL }, withName('${name}')) to the providers of the application`,
    );
  }
  return client;
}

/**
 * The token of the client that `provideClient()` provides without a name. In a test, provide a fake client for it:
 *
 * ```ts
 * TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: fakeClient(answer) }] });
 * ```
 *
 * @see {@link injectClient}, whose error explains what to add if there is no provider.
 */
export const CLIENT = new InjectionToken<Client>('CLIENT of provideClient()');

const named = new Map<string, InjectionToken<Client>>();

/** Returns the token of a client: the same one each time for the same name. */
export function tokenOf(name: string | undefined): InjectionToken<Client> {
  if (name === undefined) {
    return CLIENT;
  }
  const token = named.get(name) ?? new InjectionToken<Client>(`client "${name}" of provideClient()`);
  named.set(name, token);
  return token;
}
