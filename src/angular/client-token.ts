import { InjectionToken } from '@angular/core';
import type { Client } from '../client/create-client.js';

/**
 * The client that `provideClient()` provides without a name. In a test, provide a fake one for it:
 *
 * ```ts
 * TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: fakeClient(answer) }] });
 * ```
 *
 * @see {@link injectClient} for an error that says what is missing.
 */
export const CLIENT = new InjectionToken<Client>('CLIENT, of provideClient()');

const named = new Map<string, InjectionToken<Client>>();

/** The token of a client: the same one for the same name. */
export function tokenOf(name: string | undefined): InjectionToken<Client> {
  if (name === undefined) {
    return CLIENT;
  }
  const token = named.get(name) ?? new InjectionToken<Client>(`the client "${name}", of provideClient()`);
  named.set(name, token);
  return token;
}
