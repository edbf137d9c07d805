import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as send,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';

/** What a proxy was asked for: `CONNECT host:port`, or a method and a whole address. */
export interface ProxyRequest {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
}

/** A proxy on this machine, which finds every host at the port of one loopback server. */
export interface LoopbackProxy {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly requests: readonly ProxyRequest[];
  /** The number of connections to it that are open. */
  readonly openConnections: number;
}

/** Options of a {@link LoopbackProxy}. */
export interface ProxyConfig {
  /** The status of what the proxy answers itself, which repeats the credentials. Default 200; `undefined` never answers. */
  readonly status?: number | undefined;
  /** Serves over TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const running = new Map<Server, Set<Socket>>();

/** Starts a proxy to a server; {@link closeProxies} closes it. */
export async function startProxy(target: string, config: ProxyConfig = {}): Promise<LoopbackProxy> {
  const { status } = { status: 200, ...config };
  const port = Number(new URL(target).port);
  const requests: ProxyRequest[] = [];
  const server: Server = config.tls === undefined ? createServer() : createSecureServer(config.tls);
  const sockets = new Set<Socket>();
  running.set(server, sockets);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    if (status !== 200) {
      response.writeHead(status!).end(request.headers['proxy-authorization']);
      return;
    }
    const { pathname: path } = new URL(request.url!);
    const forwarded = send({ port, path, method: request.method!, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded.on('error', () => response.destroy()));
  });
  server.on('connect', ({ url, headers }: IncomingMessage, socket: Socket) => {
    requests.push({ line: `CONNECT ${url}`, headers });
    socket.on('error', () => undefined);
    if (status === undefined) {
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n${headers['proxy-authorization']}`);
      return;
    }
    const tunnel = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(tunnel).pipe(socket);
    });
    tunnel.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => tunnel.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get openConnections() {
      return sockets.size;
    },
  };
}

/** Closes all proxies and their connections. */
export async function closeProxies(): Promise<void> {
  const closed = [...running].map(([server, sockets]) => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
  running.clear();
  await Promise.all(closed);
}
