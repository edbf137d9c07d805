import type { Socket } from 'node:net';
import type { buildConnector, Client as UndiciClient, Dispatcher } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';

/** Undici's connector, of which its types do not say that it gives the socket it connects. */
export type Connector = (...parameters: Parameters<buildConnector.connector>) => Socket;

const clients = new WeakMap<Dispatcher.DispatchOptions, FrugalClient>();

/**
 * Says that nobody wants the answer to a request any more. A connection that is being made for this request alone is
 * given up, and none is made for it later. Nothing happens when the request did not go through a {@link FrugalClient}.
 *
 * @param options What the request was dispatched with.
 */
export function abandonRequest(options: Dispatcher.DispatchOptions): void {
  clients.get(options)?.abandon(options);
}

/**
 * One connection to a server, made only while somebody wants an answer. Undici's own client closes the connection of a
 * request that is aborted, but keeps the request in its queue until it has made another connection for it.
 */
export class FrugalClient extends Client {
  private readonly wanted = new Set<Dispatcher.DispatchOptions>();
  private connecting: Socket | undefined;

  constructor(origin: URL, options: UndiciClient.Options, connect: Connector) {
    super(origin, {
      ...options,
      connect: (target, callback) => {
        if (this.wanted.size === 0) {
          // Not at once: undici expects that connecting takes time.
          queueMicrotask(() => callback(new Error('unsubscribed'), null));
          return;
        }
        this.connecting = connect(target, (...outcome) => {
          this.connecting = undefined;
          callback(...outcome);
        });
      },
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.wanted.add(options);
    clients.set(options, this);
    return super.dispatch(options, handler);
  }

  /** As {@link abandonRequest}, for a request to this client. */
  abandon(options: Dispatcher.DispatchOptions): void {
    this.wanted.delete(options);
    if (this.wanted.size === 0) {
      this.connecting?.destroy(new Error('unsubscribed'));
    }
  }
}
