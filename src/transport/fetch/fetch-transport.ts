import { Observable, type Subscriber } from 'rxjs';
import { ProtocolError } from '../../errors/protocol-error.js';
import { isObject } from '../../util/is-object.js';
import { requireGlobal } from '../../util/require-global.js';
import { checkEncoding } from '../check-encoding.js';
import { toTransportError } from '../to-transport-error.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport.js';
import { withRedirects } from '../with-redirects.js';
import { createBodyReader } from './body-reader.js';

/** Options of {@link fetchTransport}. */
export interface FetchTransportConfig {
  /** The fetch to use; by default `globalThis.fetch`, looked up at each request. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Creates a transport over `fetch` and its body reader; the default everywhere but on Node. Unsubscribing aborts the
 * fetch and cancels its body, even while a read is pending. fetch itself decodes compressed answers.
 *
 * Raises `ConnectionError` when no answer comes or the connection breaks, and `ProtocolError` for a redirect it may not
 * follow (in browsers, which hide its target: any) or a content encoding that fetch did not decode. A fetch without web
 * streams serves as well: streams of Node (node-fetch) are read as they come, a body without a stream (React Native) whole.
 *
 * Node's fetch completes normally when a compressed body is cut short, or when the connection breaks after the server
 * announced that it would close, and a corrupt compressed body may never end. A client notices by the missing finish reason
 * and its deadlines; `undiciTransport` raises an error for all three.
 *
 * @see {@link Transport} for the events it emits.
 */
export function fetchTransport(config: FetchTransportConfig = {}): Transport {
  return withRedirects((request) => exchange(request, config.fetch ?? requireGlobal('fetch')));
}

function exchange(request: TransportRequest, fetch: typeof globalThis.fetch): Observable<TransportEvent> {
  return new Observable<TransportEvent>((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    void pump(request, fetch, abort.signal, subscriber);
  });
}

/** Never rejects: errors go to the subscriber, which ignores them after unsubscribing. */
async function pump(
  request: TransportRequest,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
  subscriber: Subscriber<TransportEvent>,
): Promise<void> {
  let answered = false;
  try {
    const response = await fetch(request.url, {
      method: request.method,
      // Browsers ignore this, and decode reliably; Node's fetch does not notice that a compressed body was cut short.
      headers: { 'accept-encoding': 'identity', ...request.headers },
      body: (request.body ?? null) as BodyInit | null,
      redirect: 'manual',
      signal,
    });
    answered = true;
    if (!isObject(response)) {
      // jest.fn() returns undefined.
      throw new ProtocolError('fetch returned no Response; a mock can return new Response(text, { headers })');
    }
    const reader = createBodyReader(response);
    // A custom fetch may drop the signal, or return a response that is not tied to it.
    subscriber.add(reader.cancel);
    if (response.type === 'opaqueredirect') {
      throw new ProtocolError('The server redirects to an address the browser hides; set baseURL to the final address');
    }
    // The response of a mock, such as one of jest.fn, may have a plain object, or nothing.
    const { headers: given } = response as { readonly headers?: Partial<Headers> | Record<string, string> };
    const headers = typeof given?.get === 'function' ? response.headers : new Headers(given as HeadersInit);
    subscriber.next({ type: 'head', status: response.status, headers });
    let begun = false;
    let bytes: Uint8Array | undefined;
    while (!subscriber.closed && (bytes = await reader.read()) !== undefined) {
      if (!begun) {
        begun = true;
        checkEncoding(headers.get('content-encoding'), bytes);
      }
      subscriber.next({ type: 'data', bytes });
    }
    subscriber.complete();
  } catch (error) {
    subscriber.error(toTransportError(error, request, answered));
  }
}
