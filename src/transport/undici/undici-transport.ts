import { Observable } from 'rxjs';
import type { Dispatcher } from 'undici';
import { ConnectionError } from '../../errors/connection-error.js';
import { toTransportError } from '../to-transport-error.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport.js';
import { withRedirects } from '../with-redirects.js';
import { isOutdated } from './dispatchers.js';
import type * as exchanges from './exchange.js';

/** Options of {@link undiciTransport}. */
export interface UndiciTransportConfig {
  /**
   * The dispatcher of undici 7 or 8 to send through, such as a `ProxyAgent` or a `MockAgent`. By default all clients share
   * one agent, which uses HTTP/2 where a server offers it over TLS, has no time-outs once it is connected, and goes through
   * the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name. Unlike undici's, it replaces no connection that
   * unsubscribing closes.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Whether to connect to the server itself, whatever proxy the environment names. Default `false`. */
  readonly direct?: boolean | undefined;
  /**
   * Maximum number of bytes of a compressed answer that may wait to be decoded: one that arrives so much faster than it is
   * decoded raises a `LimitError`. By default 256 MiB. Plain answers are not limited.
   */
  readonly undecodedBytes?: number | undefined;
}

/**
 * Creates a transport that pushes each piece of the body straight into the subscriber, from undici's parser of HTTP/1.1 or
 * from `node:http2`; the default on Node. Unsubscribing aborts the exchange: it closes the HTTP/1.1 socket, or resets the
 * HTTP/2 stream.
 *
 * Raises `ConnectionError` when no answer comes, the connection breaks, a compressed body cannot be decoded or the modules
 * that send cannot be loaded, and `ProtocolError` for a redirect it may not follow or a content encoding other than gzip,
 * deflate and br.
 *
 * @throws {TypeError} If `undecodedBytes` is not a number above 0, or `dispatcher` is of undici 5 or 6.
 * @see {@link Transport} for the events it emits.
 */
export function undiciTransport(config: UndiciTransportConfig = {}): Transport {
  const { dispatcher, direct = false, undecodedBytes = 256 * 1024 * 1024 } = config;
  if (typeof undecodedBytes !== 'number' || !(undecodedBytes > 0)) {
    throw new TypeError('undecodedBytes must be a number above 0');
  }
  if (dispatcher !== undefined && isOutdated(dispatcher)) {
    throw new TypeError('dispatcher must be of undici 7 or 8; this one is of an earlier version');
  }
  return withRedirects((request) => exchange(request, { dispatcher, direct, undecodedBytes }));
}

type StartExchange = typeof exchanges.startExchange;

/** What sends, once it is loaded. */
let loaded: StartExchange | undefined;

/** Loads undici and the modules of Node for a network with the first request, since they take longer than all the rest. */
async function load(): Promise<StartExchange> {
  try {
    const module: Partial<typeof exchanges> = await import('./exchange.js');
    if (module.startExchange === undefined) {
      // jest gives such a module once it has torn its environment down.
      throw new Error('The module is empty');
    }
    return (loaded = module.startExchange);
  } catch (cause) {
    throw new ConnectionError('The modules that send a request could not be loaded', { cause, retryable: false });
  }
}

function exchange(request: TransportRequest, config: exchanges.ExchangeConfig): Observable<TransportEvent> {
  return new Observable<TransportEvent>((subscriber) => {
    const start = (startExchange: StartExchange): void => {
      try {
        if (!subscriber.closed) {
          startExchange(request, config, subscriber);
        }
      } catch (error) {
        subscriber.error(toTransportError(error, request, false));
      }
    };
    if (loaded === undefined) {
      load().then(start, (error: unknown) => subscriber.error(error));
    } else {
      start(loaded);
    }
  });
}
