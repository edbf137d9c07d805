import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';

/** A Redis server of a spec file. */
export interface RedisServer {
  /** Returns a connected client, which is closed with the server. */
  connect(): Promise<ReturnType<typeof createRedisClient>>;
  readonly url: string;
  /** Kills the server. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the data that it has written. */
  start(): Promise<void>;
  /** Ends the server and its clients. */
  close(): Promise<void>;
}

/**
 * Starts Redis on a free port.
 *
 * @param keeps Whether it writes its data, so that they are there when it starts again.
 */
export async function startRedis(keeps = false): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rxllm-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const clients: ReturnType<typeof createRedisClient>[] = [];
  let server: ChildProcess;

  const start = async (): Promise<void> => {
    const options = ['--save', '', '--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
    const keeping = ['--appendonly', keeps ? 'yes' : 'no', '--appendfsync', 'always'];
    server = spawn('redis-server', [...options, ...keeping], { stdio: ['ignore', 'pipe', 'inherit'] });
    let written = '';
    for await (const bytes of server.stdout!) {
      written += String(bytes);
      if (written.includes('Ready to accept connections')) {
        break;
      }
    }
  };
  const kill = async (): Promise<void> => {
    const closed = once(server, 'exit');
    server.kill('SIGKILL');
    await closed;
  };

  await start();
  return {
    url,
    start,
    kill,
    connect: async () => {
      const client = createRedisClient(url);
      clients.push(client);
      await client.connect();
      return client;
    },
    close: async () => {
      clients.filter(({ isOpen }) => isOpen).forEach((client) => client.destroy());
      if (server.exitCode === null && server.signalCode === null) {
        await kill();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createRedisClient(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: 20 } });
  // What commands need is in their own errors.
  client.on('error', () => undefined);
  return client;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
