import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createQueue } from './queue.js';

/** A request that a server received, and the means to answer it. */
export interface ServedExchange {
  readonly httpVersion: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Sends status and headers immediately. */
  readonly head: (status: number, headers?: OutgoingHttpHeaders) => void;
  readonly write: (piece: string | Uint8Array) => void;
  readonly end: (piece?: string | Uint8Array) => void;
  /** Writes bytes to the socket, without the server's framing. */
  readonly writeRaw: (bytes: string) => void;
  /** Closes the connection cleanly, even in the middle of a body. */
  readonly hangUp: () => void;
  /** Resets the connection, or over HTTP/2 only the stream, with an error code: 2 is an internal error. */
  readonly reset: (code?: number) => void;
  /** Resolves when the exchange is over: fully answered, or cut before. */
  readonly over: Promise<'answered' | 'cut'>;
}

/** An HTTP server on this machine, whose answers a spec writes piece by piece and pages of any origin may read. */
export interface LoopbackServer {
  readonly url: string;
  /** The number of requests, without the preflight requests of browsers. */
  readonly requests: number;
  /** The number of connections that were opened, and of those still open. */
  readonly connections: number;
  readonly openConnections: number;
  /** Takes the next request, once its body is read. */
  readonly next: () => Promise<ServedExchange>;
}

/** Options of a {@link LoopbackServer}. */
export interface LoopbackConfig {
  /** Answers each request; without it, requests wait for `next`. */
  readonly answer?: (exchange: ServedExchange) => void;
  /** Serves HTTPS with HTTP/2, and with HTTP/1.1 for clients that do not support it. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const running = new Map<Server, Set<Socket>>();

/** Starts a server; {@link closeServers} closes it. */
export async function startServer({ answer, tls }: LoopbackConfig = {}): Promise<LoopbackServer> {
  const exchanges = createQueue<ServedExchange>();
  const give = answer ?? exchanges.put;
  let requests = 0;
  let connections = 0;
  const serve = (request: Request, response: Response): void => {
    if (admitPage(request, response as ServerResponse)) {
      return;
    }
    requests += 1;
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => give(toExchange(request, response, Buffer.concat(pieces).toString())));
  };
  const server: Server =
    tls === undefined ? createServer(serve) : createSecureServer({ ...tls, allowHTTP1: true }, serve);
  const sockets = new Set<Socket>();
  running.set(server, sockets);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    get connections() {
      return connections;
    },
    get openConnections() {
      return sockets.size;
    },
    next: exchanges.take,
  };
}

/** Closes all servers and their connections. */
export async function closeServers(): Promise<void> {
  const closed = [...running].map(([server, sockets]) => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
  running.clear();
  await Promise.all(closed);
}

/** Returns an address where no server listens. */
export async function deserted(start = startServer): Promise<string> {
  const { url } = await start();
  await closeServers();
  return url;
}

/** Adds CORS headers for pages, and answers preflight requests; returns whether this was one. */
function admitPage({ method, headers }: Request, response: ServerResponse): boolean {
  if (headers.origin === undefined) {
    return false;
  }
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', '*');
  if (method !== 'OPTIONS') {
    return false;
  }
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*');
  response.writeHead(204).end();
  return true;
}

function toExchange(request: Request, response: Response, body: string): ServedExchange {
  let answered = false;
  // Over HTTP/2 the client can end the response's stream as well, so only a call of `end` counts.
  response.on('finish', () => (answered = true));
  const http2 = 'stream' in response ? response.stream : undefined;
  const { httpVersion, method = '', url: path = '', headers, socket } = request;
  let ending = false;
  return {
    httpVersion,
    method,
    path,
    headers,
    body,
    head: (status, fields = {}) => {
      (response as ServerResponse).writeHead(status, fields);
      (response as ServerResponse).flushHeaders();
    },
    write: (piece) => void (response as ServerResponse).write(piece),
    end: (piece) => {
      ending = true;
      (response as ServerResponse).end(piece);
    },
    writeRaw: (bytes) => void socket.write(bytes),
    hangUp: () => {
      if (http2 === undefined) {
        socket.end();
      } else {
        http2.session?.destroy();
      }
    },
    reset: (code = 2) => {
      if (http2 === undefined) {
        socket.resetAndDestroy();
      } else {
        http2.close(code);
      }
    },
    over: once(response, 'close').then(() => (ending && answered ? 'answered' : 'cut')),
  };
}
