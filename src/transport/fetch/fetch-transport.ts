import { Observable, type Subscriber } from 'rxjs';
import { ProtocolError } from '../../errors/protocol-error.js';
import { checkEncoding } from '../check-encoding.js';
import { toTransportError } from '../to-transport-error.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport.js';
import { withRedirects } from '../with-redirects.js';

/** What a {@link fetchTransport} sends with. */
export interface FetchTransportConfig {
  /** The fetch to use; by default `globalThis.fetch`, looked up at each request. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * A transport over `fetch` and its body reader; the default everywhere but on Node. Unsubscribing aborts the fetch, also
 * while a read is pending. Compressed answers are decoded by fetch itself.
 *
 * Raises `ConnectionError` when no answer comes or the connection breaks, `ProtocolError` for a redirect it may not
 * follow and for a content encoding that fetch does not know. Browsers hide where a redirect leads, so there each one is
 * refused.
 *
 * What Node's fetch does not tell is not raised: it takes for a clean end that a compressed body was cut short, or that
 * the connection broke where its close was announced, and it may never end a compressed body that is corrupt. What reads
 * the body must notice, as a client does by the finish reason and its deadlines; `undiciTransport` raises all three.
 *
 * @see {@link Transport} for the events it emits.
 */
export function fetchTransport(config: FetchTransportConfig = {}): Transport {
  return withRedirects((request) => exchange(request, config.fetch ?? globalThis.fetch));
}

function exchange(request: TransportRequest, fetch: typeof globalThis.fetch): Observable<TransportEvent> {
  return new Observable<TransportEvent>((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => {
      abort.abort();
    });
    void pump(request, fetch, abort.signal, subscriber);
  });
}

/** Never rejects: what goes wrong reaches the subscriber, and after unsubscribing nobody. */
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
      // Not obeyed by browsers, which undo compression well; Node's fetch does not notice a compressed body that was cut.
      headers: { 'accept-encoding': 'identity', ...request.headers },
      body: (request.body ?? null) as BodyInit | null,
      redirect: 'manual',
      signal,
    });
    answered = true;
    if (response.type === 'opaqueredirect') {
      throw new ProtocolError('The server redirects, which a browser does not show; set baseURL to the final address');
    }
    subscriber.next({ type: 'head', status: response.status, headers: response.headers });
    const encoding = response.headers.get('content-encoding');
    checkEncoding(encoding);
    const reader = response.body?.getReader();
    let begun = false;
    while (reader !== undefined && !subscriber.closed) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      if (!begun) {
        begun = true;
        checkEncoding(encoding, value);
      }
      subscriber.next({ type: 'data', bytes: value });
    }
    subscriber.complete();
  } catch (error) {
    subscriber.error(toTransportError(error, request, answered));
  }
}
