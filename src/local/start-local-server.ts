import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject } from 'rxjs';
import { handleRequests } from './http/handle-requests.js';
import type { LocalServerConfig } from './local-server-config.js';
import { toServerSettings, type ServerSettings } from './server-settings.js';

/** A running server. */
export interface LocalServer {
  /** The base URL for clients, such as `http://127.0.0.1:4321/v1`. */
  readonly url: string;
  /** Ends open streams and connections. Resolves once all are closed; further calls return the same promise. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible server for development and tests: models, chat, legacy completions and responses, streamed or
 * not. It needs no network and, by default, no key. It is **not a language model**: `docs` searches this package's
 * documentation, or calls a `search_docs(query)` tool that it is offered, `echo` repeats the question, and your own models
 * emit what you write.
 *
 * Answers have the shape of real ones, including `stop`, `n`, `max_tokens`, tool calls, refusals and errors, with these
 * limits: token counts and `max_tokens` count pieces of text as this server splits it; each of `n` choices is a
 * generation with a pace of its own; only streams and answers in the background are paced; other fields, such as
 * `temperature`, `seed` and `tools`, are accepted and passed to the model. When a client disconnects, its model is
 * unsubscribed, unless it answers in the background. For a client that reads slowly up to a million pieces are buffered, all
 * choices together; then its stream ends with an error.
 *
 * The last 1,000 responses are kept in memory, fewer if their conversations and events have more than 128 million
 * characters. A response that is dropped while it runs stops.
 *
 * Pages of any origin may read the answers (`access-control-allow-origin: *`), so that you can try a page served by
 * another process of this machine. For the built-in models that is safe: their answers are public, and the server reads
 * no cookies, keeps nothing but responses, whose ids nobody can guess, and listens on this machine only. Set a key before
 * you add models that return private data.
 *
 * Rejects if it cannot listen, for example because the port is taken. Like any server it keeps its process running until
 * it is closed.
 *
 * @throws TypeError at the call for an invalid config.
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
    url: urlOf(server.address() as AddressInfo),
    close: () =>
      (closed ??= new Promise((resolve) => {
        // Stops the models first: Node reports closed connections only after the closed server.
        closing.next();
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  // Clients cannot connect to "all addresses", which include the loopback address.
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}/v1`;
}

function toListenError(cause: NodeJS.ErrnoException, { host, port }: ServerSettings): Error {
  const reason = cause.code === 'EADDRINUSE' ? 'the port is taken; choose another, or 0 for a free one' : cause.message;
  return new Error(`The local server cannot listen on ${host}, port ${port}: ${reason}`, { cause });
}
