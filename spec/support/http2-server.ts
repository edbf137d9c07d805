import { once } from 'node:events';
import {
  createServer,
  type Http2Server as FrameServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { createQueue } from './queue.js';

/** A request that came over HTTP/2, as a stream to answer in. */
export interface ServedStream {
  readonly stream: ServerHttp2Stream;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Sends status 200, and a first piece of the body. */
  readonly begin: (piece: string) => void;
  /** Resets the stream with an error code. Node itself would end it before. */
  readonly reset: (code: number) => void;
}

/** A server that speaks nothing but HTTP/2, whose frames a spec decides. */
export interface Http2Server {
  readonly url: string;
  /** All sessions that were opened, in order. */
  readonly sessions: readonly ServerHttp2Session[];
  readonly requests: number;
  readonly next: () => Promise<ServedStream>;
  /** Serves a connection that another server accepted. */
  readonly accept: (socket: object) => void;
  readonly close: () => Promise<void>;
}

/** Starts a server, which answers each request with `answer`, or leaves it to `next`. */
export async function startHttp2Server(
  tls: { readonly key: string; readonly cert: string },
  settings: Settings = {},
  answer?: (served: ServedStream) => void,
): Promise<Http2Server> {
  const queue = createQueue<ServedStream>();
  const sessions: ServerHttp2Session[] = [];
  let requests = 0;
  const server: FrameServer = createServer({ settings });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    requests += 1;
    stream.on('error', () => undefined).resume();
    const socket = front.sockets.get(stream.session!.socket.remotePort)!;
    (answer ?? queue.put)({
      stream,
      path: headers[':path'] ?? '',
      headers,
      begin: (piece) => {
        stream.respond({ ':status': 200 });
        stream.write(piece);
      },
      reset: (code) => void socket.write(resetFrame(stream.id!, code)),
    });
  });
  const front = startFront(tls, await portOf(server));
  return {
    url: `https://127.0.0.1:${await portOf(front.server)}`,
    sessions,
    get requests() {
      return requests;
    },
    next: queue.take,
    accept: (socket) => front.server.emit('connection', socket),
    close: async () => {
      sessions.forEach((session) => session.destroy());
      await Promise.all([server, front.server].map((each) => new Promise((resolve) => each.close(resolve))));
    },
  };
}

/** Starts a server that takes TLS off. Node would not let frames be written to the socket that its own server writes to. */
function startFront(tls: object, port: number): { readonly server: Server; readonly sockets: Map<unknown, TLSSocket> } {
  const sockets = new Map<unknown, TLSSocket>();
  const server = createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, (socket) => {
    const inner = connect(port, '127.0.0.1', () => {
      sockets.set(inner.localPort, socket);
      socket.pipe(inner).pipe(socket);
    });
    socket.on('error', () => inner.destroy()).on('close', () => inner.destroy());
    inner.on('error', () => socket.destroy()).on('close', () => socket.destroySoon());
  });
  return { server, sockets };
}

async function portOf(server: Server | FrameServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function resetFrame(stream: number, code: number): Uint8Array {
  const frame = Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  frame.writeUInt32BE(stream, 5);
  frame.writeUInt32BE(code, 9);
  return frame;
}
