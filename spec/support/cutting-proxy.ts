import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Says after how many bytes of the answers a connection is cut, and how; `undefined` for one that is not. */
export type Cut = { readonly after: number; readonly by: 'end' | 'reset' | 'silence' } | undefined;

/** A proxy on this machine that cuts connections. */
export interface CuttingProxy {
  readonly url: string;
  /** The number of connections that were cut. */
  readonly cuts: number;
}

const running = new Map<Server, Set<Socket>>();

/**
 * Starts a proxy to a server; {@link closeCuttingProxies} closes it. Each connection is given its cut by `nextCut` when the
 * first byte of an answer comes.
 */
export async function startCuttingProxy(target: string, nextCut: () => Cut): Promise<CuttingProxy> {
  const { port, hostname } = new URL(target);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    for (const [one, other] of [[socket, upstream] as const, [upstream, socket] as const]) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
    }
    socket.pipe(upstream);
    let cut: Cut;
    let passed = 0;
    upstream.on('data', (bytes: Buffer) => {
      cut = passed === 0 ? nextCut() : cut;
      const left = (cut?.after ?? Infinity) - passed;
      passed += bytes.length;
      if (bytes.length < left) {
        socket.write(bytes);
        return;
      }
      cuts += 1;
      upstream.removeAllListeners('data').resume();
      if (cut?.by === 'silence') {
        socket.write(bytes.subarray(0, left));
        return;
      }
      socket.write(bytes.subarray(0, left), () => (cut?.by === 'reset' ? socket.resetAndDestroy() : socket.end()));
      upstream.destroy();
    });
  });
  running.set(server, sockets);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
  };
}

/** Closes all proxies and their connections. */
export async function closeCuttingProxies(): Promise<void> {
  const closed = [...running].map(([server, sockets]) => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
  running.clear();
  await Promise.all(closed);
}
