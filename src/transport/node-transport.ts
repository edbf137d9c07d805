import { defer } from 'rxjs';
import { fetchTransport } from './fetch/fetch-transport.js';
import type { Transport } from './transport.js';
import { isOutdated, programDispatcher } from './undici/dispatchers.js';
import { undiciTransport } from './undici/undici-transport.js';

/**
 * Creates the default transport on Node: `undiciTransport`, unless the program has put something else in its place. Each
 * request looks for a `globalThis.fetch` that is not Node's own, then for a dispatcher set with `setGlobalDispatcher`, so
 * that what a test has mocked never reaches the real server.
 */
export function nodeTransport(): Transport {
  const own = undiciTransport();
  return (request) => defer(() => (replacement() ?? own)(request));
}

function replacement(): Transport | undefined {
  if (isFetchReplaced()) {
    return fetchTransport();
  }
  const dispatcher = programDispatcher();
  if (dispatcher === undefined) {
    return undefined;
  }
  // Node's own fetch, up to Node 24, can send through dispatchers of undici 5 and 6.
  return isOutdated(dispatcher)
    ? fetchTransport({ fetch: (input, init) => fetch(input, { ...init, dispatcher } as RequestInit) })
    : undiciTransport({ dispatcher });
}

/** Compares source code, since a program may have replaced fetch before this package was imported. */
function isFetchReplaced(): boolean {
  const { fetch } = globalThis as Partial<typeof globalThis>;
  return (
    typeof fetch === 'function' && !Function.prototype.toString.call(fetch).includes('internal/deps/undici/undici')
  );
}
