import { Observable } from 'rxjs';
import type { Dispatcher } from 'undici';
import { toTransportError } from '../to-transport-error.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport.js';
import { withRedirects } from '../with-redirects.js';
import { type BodyDecoder, createBodyDecoder } from './body-decoder.js';
import { dispatch } from './node-agent.js';

/** What an {@link undiciTransport} sends through. */
export interface UndiciTransportConfig {
  /**
   * The undici dispatcher to send through, such as a `ProxyAgent` or a `MockAgent`; by default an `Agent` of our own,
   * shared by all clients, with HTTP/2 where the server offers it and, once connected, no time-outs of its own.
   * Undici's own dispatchers make a new connection, which then stands idle, for each one that leaving a stream closes;
   * ours does not.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /**
   * Bytes of a compressed answer that may wait to be decoded, since undici cannot be made to wait: an answer that arrives so
   * much faster than it is decoded is a `LimitError`. By default 256 MiB. Plain answers wait for nothing.
   */
  readonly undecodedBytes?: number | undefined;
}

const defaultUndecodedBytes = 256 * 1024 * 1024;

/**
 * A transport over undici's `dispatch`, which pushes each piece of the body straight into the subscriber; the default on
 * Node. Unsubscribing aborts the exchange: it closes the HTTP/1.1 socket or resets the HTTP/2 stream.
 *
 * Raises `ConnectionError` when no answer comes, the connection breaks or a compressed body cannot be decoded, and
 * `ProtocolError` for a redirect it may not follow or an unknown content encoding.
 *
 * @throws {TypeError} For an `undecodedBytes` that is no number above 0.
 * @see {@link Transport} for the events it emits.
 */
export function undiciTransport(config: UndiciTransportConfig = {}): Transport {
  const { undecodedBytes = defaultUndecodedBytes } = config;
  if (typeof undecodedBytes !== 'number' || !(undecodedBytes > 0)) {
    throw new TypeError('undecodedBytes must be a number above 0');
  }
  return withRedirects((request) => exchange(request, undecodedBytes, config.dispatcher));
}

function exchange(
  request: TransportRequest,
  undecodedBytes: number,
  dispatcher: Dispatcher | undefined,
): Observable<TransportEvent> {
  return new Observable<TransportEvent>((subscriber) => {
    const { origin, pathname, search } = new URL(request.url);
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
    subscriber.add(() => decoder?.destroy());
    const abort = dispatch(
      {
        origin,
        path: pathname + search,
        method: request.method,
        // dispatch does not decompress: ask for plain bytes, and decode what comes compressed all the same.
        headers: { 'accept-encoding': 'identity', ...request.headers },
        body: request.body ?? null,
      },
      {
        onResponseStart: (_controller, status, headers) => {
          // An informational head, such as early hints, is not yet the answer.
          if (status < 200) {
            return;
          }
          answered = true;
          subscriber.next({ type: 'head', status, headers: toHeaders(headers) });
          const encoding = [headers['content-encoding'] ?? []].flat().join(', ');
          decoder = createBodyDecoder(encoding, { push, complete, fail }, undecodedBytes);
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
      },
      dispatcher,
    );
    subscriber.add(abort);
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
