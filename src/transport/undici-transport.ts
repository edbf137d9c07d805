import { Observable } from 'rxjs';
import type { Dispatcher } from 'undici';
import { type BodyDecoder, createBodyDecoder } from './body-decoder.js';
import { abandonRequest } from './frugal-client.js';
import { sharedAgent } from './shared-agent.js';
import { toTransportError } from './to-transport-error.js';
import type { Transport, TransportEvent, TransportRequest } from './transport.js';
import { withRedirects } from './with-redirects.js';

/** What an {@link undiciTransport} sends through. */
export interface UndiciTransportConfig {
  /**
   * The undici dispatcher to send through, such as a `ProxyAgent` or a `MockAgent`; by default an `Agent` of our own,
   * shared by all clients, with HTTP/2 where the server offers it and, once connected, no time-outs of its own.
   * Undici's own dispatchers make a new connection, which then stands idle, for each one that leaving a stream closes;
   * ours does not.
   */
  readonly dispatcher?: Dispatcher | undefined;
}

/**
 * A transport over undici's `dispatch`, which pushes each piece of the body straight into the subscriber; the default on
 * Node. Unsubscribing aborts the exchange: it closes the HTTP/1.1 socket or resets the HTTP/2 stream.
 *
 * Raises `ConnectionError` when no answer comes, the connection breaks or a compressed body cannot be decoded, and
 * `ProtocolError` for a redirect it may not follow or an unknown content encoding.
 *
 * @see {@link Transport} for the events it emits.
 */
export function undiciTransport(config: UndiciTransportConfig = {}): Transport {
  return withRedirects((request) => exchange(request, config.dispatcher));
}

function exchange(request: TransportRequest, dispatcher = sharedAgent()): Observable<TransportEvent> {
  return new Observable<TransportEvent>((subscriber) => {
    const { origin, pathname, search } = new URL(request.url);
    const options: Dispatcher.DispatchOptions = {
      origin,
      path: pathname + search,
      method: request.method,
      // dispatch does not decompress: ask for plain bytes, and decode what comes compressed all the same.
      headers: { 'accept-encoding': 'identity', ...request.headers },
      body: request.body ?? null,
    };
    let answered = false;
    let decoder: BodyDecoder | undefined;
    const push = (bytes: Uint8Array): void => {
      subscriber.next({ type: 'data', bytes });
    };
    const complete = (): void => {
      subscriber.complete();
    };
    const fail = (error: unknown): void => {
      subscriber.error(toTransportError(error, request, answered));
    };
    subscriber.add(() => {
      decoder?.destroy();
      abandonRequest(options);
    });

    dispatcher.dispatch(options, {
      onRequestStart: (controller) => {
        // Runs at once if the subscriber left while the request was waiting for a connection.
        subscriber.add(() => {
          controller.abort(new Error('unsubscribed'));
        });
      },
      onResponseStart: (_controller, status, headers) => {
        // An informational head, such as early hints, is not yet the answer.
        if (status < 200) {
          return;
        }
        answered = true;
        subscriber.next({ type: 'head', status, headers: toHeaders(headers) });
        decoder = createBodyDecoder([headers['content-encoding'] ?? []].flat().join(', '), { push, complete, fail });
      },
      onResponseData: (_controller, bytes) => {
        (decoder?.write ?? push)(bytes);
      },
      onResponseEnd: () => {
        (decoder?.end ?? complete)();
      },
      onResponseError: (_controller, error) => {
        (decoder?.breakOff ?? fail)(error);
      },
    });
  });
}

function toHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) {
      headers.append(name, item);
    }
  }
  return headers;
}
