import { createServer, type Server } from 'node:http';
import { Subject } from 'rxjs';
import { handleRequests } from './http/handle-requests.js';
import { toServerSettings, type LocalServerConfig, type ServerSettings } from './local-server-config.js';

/** A running server. */
export interface LocalServer {
  /** The base URL for clients, such as `http://127.0.0.1:4321/v1`. */
  readonly url: string;
  /** Ends open streams and connections. Resolves when all is closed; calling it again gives the same promise. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible server for development and tests: models, chat and legacy completions, streamed and
 * not. It needs no network and, unless you set one, no key. It is **not a language model**: `docs` searches this
 * package's documentation, `echo` repeats the question, and your own models emit what you let them emit.
 *
 * Answers are like the real ones: `stop`, `n`, `max_tokens`, tool calls, refusals and errors included. Their limits: token
 * counts and `max_tokens` count this server's own pieces of text; each of `n` choices is a generation of its own, and
 * paced by itself; only streams are paced; and fields it does not know, such as `temperature`, `seed` and `tools`, are
 * accepted and left to the model. A client that disconnects unsubscribes its model; for one that reads slowly up to a
 * million pieces wait, all choices together, then its stream ends in an error.
 *
 * Pages of any origin may read the answers (`access-control-allow-origin: *`), so that a page served by another process
 * of this machine can be tried. That is safe for what the server holds by itself, which is public: it looks at no
 * cookie, changes nothing, and listens on this machine only. Give it no model that reads private things without a key.
 *
 * Rejects when it cannot listen, for example because the port is taken. Like any server it keeps its process running
 * until it is closed. A config that does not fit throws a `TypeError` at the call.
 */
export function startLocalServer(config: LocalServerConfig = {}): Promise<LocalServer> {
  const settings = toServerSettings(config);
  const closing = new Subject<void>();
  const server = createServer(handleRequests(settings, closing));
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => reject(toListenError(cause, settings)));
    server.listen(settings.port, settings.host, () => resolve(toLocalServer(server, closing)));
  });
}

function toLocalServer(server: Server, closing: Subject<void>): LocalServer {
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server),
    close: () =>
      (closed ??= new Promise((resolve) => {
        // Node announces a closed connection later than the closed server, and models are to have stopped by then.
        closing.next();
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The local server has no address');
  }
  // Nobody can connect to "every address": the loopback one is among them.
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address.address] ?? address.address;
  return `http://${address.family === 'IPv6' ? `[${host}]` : host}:${address.port}/v1`;
}

function toListenError(cause: NodeJS.ErrnoException, { host, port }: ServerSettings): Error {
  const reason = cause.code === 'EADDRINUSE' ? 'the port is taken; choose another, or 0 for a free one' : cause.message;
  return new Error(`The local server cannot listen on ${host}, port ${port}: ${reason}`, { cause });
}
