import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Observable } from 'rxjs';
import type { LocalExchange, LocalOutcome } from '../../local/index.js';
import { type HandlerContext, toNodeHandler } from '../../server/index.js';
import { CliError } from '../errors.js';

/** What is found out about a request while it is answered. */
export interface RequestNotes {
  /** The `Host` that the client named. */
  readonly host: string;
  /** The model it asks for. */
  model?: string;
}

/** Configures a server of a relay. */
interface RelayServerConfig {
  readonly port: number | undefined;
  readonly handle: (request: Request, notes: RequestNotes, context: HandlerContext) => Promise<Response>;
  readonly onExchange: (exchange: LocalExchange) => void;
  /** Called when the server is told to close: it is to end its streams. */
  readonly stop: () => void;
  /** Called once the streams and connections have ended. */
  readonly closed: () => void;
}

/** How long streams and their readers have to end when the server closes, in milliseconds. */
const farewell = 2000;

/**
 * Runs a server on this machine only, and emits its base URL. Unsubscribing closes it: readers get what is left of their
 * streams.
 *
 * Errors with a {@link CliError} if it cannot listen.
 */
export function relayServer({ port = 0, handle, onExchange, stop, closed }: RelayServerConfig): Observable<string> {
  return new Observable((subscriber) => {
    const streams = new Set<Promise<unknown>>();
    const waitUntil = (stream: Promise<unknown>): void => {
      streams.add(stream);
      void stream.then(() => streams.delete(stream));
    };
    let isClosing = false;
    let open = 0;
    // A connection on which no request ever came is not idle to Node.
    const closeUnused = (): void => {
      if (isClosing && open === 0) {
        server.closeAllConnections();
      }
    };
    const listener: RequestListener = (request, response) => {
      const notes: RequestNotes = { host: request.headers.host ?? '' };
      const startedAt = Date.now();
      open += 1;
      response.setHeader('x-content-type-options', 'nosniff');
      response.once('close', () => {
        onExchange(toExchange({ request, response, notes, startedAt, isClosing }));
        open -= 1;
        setImmediate(closeUnused);
      });
      toNodeHandler((asked) => handle(asked, notes, { waitUntil }))(request, response);
    };
    const server = createServer(listener);
    const end = async (): Promise<void> => {
      isClosing = true;
      let late: NodeJS.Timeout | undefined;
      const farewellOver = new Promise<void>((resolve) => {
        late = setTimeout(() => {
          server.closeAllConnections();
          resolve();
        }, farewell);
      });
      const isClosed = new Promise((resolve) => server.close(resolve));
      stop();
      closeUnused();
      // Streams also end in the log, for readers at other relays.
      await Promise.all([isClosed, Promise.race([Promise.all(streams), farewellOver])]);
      clearTimeout(late);
      closed();
    };
    server.on('error', (cause) => subscriber.error(toListenError(cause, port)));
    server.listen(port, '127.0.0.1', () => {
      subscriber.next(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    });
    return () => void end();
  });
}

interface EndedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly notes: RequestNotes;
  readonly startedAt: number;
  readonly isClosing: boolean;
}

function toExchange({ request, response, notes, startedAt, isClosing }: EndedRequest): LocalExchange {
  const outcome: LocalOutcome = response.writableFinished ? 'answered' : response.errored ? 'broken' : 'aborted';
  return {
    startedAt,
    duration: Date.now() - startedAt,
    method: request.method ?? '',
    path: (request.url ?? '').split('?', 1)[0] ?? '',
    model: notes.model,
    status: response.headersSent ? response.statusCode : undefined,
    outcome: isClosing ? 'broken' : outcome,
  };
}

function toListenError(cause: NodeJS.ErrnoException, port: number): CliError {
  const reason = cause.code === 'EADDRINUSE' ? 'the port is taken; choose another, or 0 for a free one' : cause.message;
  return new CliError(`The relay cannot listen on 127.0.0.1, port ${port}: ${reason}.`);
}
