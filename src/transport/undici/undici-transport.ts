import { noop, Observable } from 'rxjs';
import type { Dispatcher } from 'undici';
import { toTransportError } from '../to-transport-error.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport.js';
import { withRedirects } from '../with-redirects.js';
import { type BodyDecoder, createBodyDecoder } from './body-decoder.js';
import { isOutdated } from './dispatchers.js';
import { dispatch, type RawHeaders, sharedAgent } from './node-agent.js';
import { environmentProxy, refusal, toProxy } from './proxy.js';

/** Options of {@link undiciTransport}. */
export interface UndiciTransportConfig {
  /**
   * The undici dispatcher to send through, such as a `ProxyAgent` or a `MockAgent`, of undici 7 or 8. By default all clients
   * share one agent, which uses HTTP/1.1, has no time-outs once it is connected, and goes through the proxy that
   * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name. undici's own dispatchers open another, idle connection whenever
   * unsubscribing closes one; the default does not.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Whether to connect to the server itself, whatever proxy the environment names. Default `false`. */
  readonly direct?: boolean | undefined;
  /**
   * Maximum number of bytes of a compressed answer that may wait to be decoded. undici cannot be made to wait, so an answer
   * that arrives so much faster than it is decoded raises a `LimitError`. By default 256 MiB. Plain answers are not
   * limited.
   */
  readonly undecodedBytes?: number | undefined;
}

const defaultUndecodedBytes = 256 * 1024 * 1024;

/**
 * Creates a transport over undici's `dispatch`, which pushes each piece of the body straight into the subscriber; the
 * default on Node. Unsubscribing aborts the exchange: it closes the HTTP/1.1 socket, or resets the HTTP/2 stream where the
 * dispatcher allows HTTP/2.
 *
 * Raises `ConnectionError` when no answer comes, the connection breaks or a compressed body cannot be decoded, and
 * `ProtocolError` for a redirect it may not follow or a content encoding other than gzip, deflate and br.
 *
 * @throws {TypeError} If `undecodedBytes` is not a number above 0, or `dispatcher` is of undici 5 or 6.
 * @see {@link Transport} for the events it emits.
 */
export function undiciTransport(config: UndiciTransportConfig = {}): Transport {
  const { undecodedBytes = defaultUndecodedBytes } = config;
  if (typeof undecodedBytes !== 'number' || !(undecodedBytes > 0)) {
    throw new TypeError('undecodedBytes must be a number above 0');
  }
  if (config.dispatcher !== undefined && isOutdated(config.dispatcher)) {
    throw new TypeError('dispatcher must be of undici 7 or 8; this one is of an earlier version');
  }
  return withRedirects((request) => exchange(request, undecodedBytes, config));
}

function exchange(
  request: TransportRequest,
  undecodedBytes: number,
  { dispatcher, direct = false }: UndiciTransportConfig,
): Observable<TransportEvent> {
  return new Observable<TransportEvent>((subscriber) => {
    const url = new URL(request.url);
    const proxy = dispatcher === undefined && !direct ? environmentProxy(url) : undefined;
    const options = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      // dispatch does not decompress: ask for plain bytes, and decode what comes compressed all the same.
      headers: { 'accept-encoding': 'identity', ...request.headers },
      body: request.body ?? null,
    };
    let answered = false;
    let body: BodyDecoder = {
      write: (bytes) => subscriber.next({ type: 'data', bytes }),
      end: () => subscriber.complete(),
      fail: (error) => subscriber.error(toTransportError(error, request, answered)),
      destroy: noop,
    };
    subscriber.add(() => body.destroy());
    const abort = dispatch(
      proxy === undefined ? options : toProxy(options, proxy),
      {
        head: (status, headers) => {
          // An informational response, such as early hints, precedes the answer.
          if (status < 200) {
            return;
          }
          if (status === 407 && proxy !== undefined) {
            body.fail(refusal(proxy, url.origin, status));
            return;
          }
          answered = true;
          subscriber.next({ type: 'head', status, headers: toHeaders(headers) });
          body = createBodyDecoder([headers['content-encoding'] ?? []].flat().join(', '), body, undecodedBytes);
        },
        data: (bytes) => body.write(bytes),
        end: () => body.end(),
        error: (error) => body.fail(error),
      },
      dispatcher ?? sharedAgent(proxy),
    );
    subscriber.add(abort);
  });
}

function toHeaders(raw: RawHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) {
      headers.append(name, item);
    }
  }
  return headers;
}
