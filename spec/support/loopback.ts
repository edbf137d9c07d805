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

/** A request as a server got it, and the spec's hand on the answer. */
export interface ServedExchange {
  readonly httpVersion: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Sends status and headers at once. */
  readonly head: (status: number, headers?: OutgoingHttpHeaders) => void;
  readonly write: (piece: string | Uint8Array) => void;
  readonly end: (piece?: string | Uint8Array) => void;
  /** Sends bytes past the server's own framing. */
  readonly writeRaw: (bytes: string) => void;
  /** Closes the connection in good order, whatever the framing promised. */
  readonly hangUp: () => void;
  /** Breaks the connection; over HTTP/2 only the stream, with an error code, 2 for an internal error. */
  readonly reset: (code?: number) => void;
  /** Resolves when the exchange is over: answered to its end, or cut before. */
  readonly over: Promise<'answered' | 'cut'>;
}

/** An HTTP server on this machine whose answers a spec writes piece by piece, and pages of any origin may read. */
export interface LoopbackServer {
  readonly url: string;
  /** How many requests came, without those by which browsers ask whether they may send one. */
  readonly requests: number;
  /** How many connections were opened, and how many of them are still open. */
  readonly connections: number;
  readonly openConnections: number;
  /** The next request that was not taken, its body read whole. */
  readonly next: () => Promise<ServedExchange>;
}

/** How a {@link LoopbackServer} serves. */
export interface LoopbackConfig {
  /** Answers each request, instead of `next`. */
  readonly answer?: (exchange: ServedExchange) => void;
  /** Serves HTTPS with HTTP/2, and HTTP/1.1 for who does not know it. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const running = new Map<Server, Set<Socket>>();

/** Starts a server; {@link closeServers} ends it. */
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

/** Ends every server started, and the connections to it. */
export async function closeServers(): Promise<void> {
  const closed = [...running].map(([server, sockets]) => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
  running.clear();
  await Promise.all(closed);
}

/** An address where nothing listens. */
export async function deserted(): Promise<string> {
  const { url } = await startServer();
  await closeServers();
  return url;
}

/** Lets a page read the answer, and answers the question that browsers ask before most requests. */
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
  // Over HTTP/2 the reader ends the response's stream as well, so only an end of ours counts.
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
    hangUp: () => void socket.end(),
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
