import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '../../src/index.node.js';
import { relay, type RelayConfig, type StreamLog, toNodeHandler } from '../../src/server/index.js';
import { serveParent } from './spawn-program.js';

/** What the programs that serve a relay are told. */
export interface RelayProgramSettings {
  /** The address of the model's server. */
  readonly upstream: string;
  readonly config?: Pick<RelayConfig, 'detach' | 'heartbeat' | 'limits'>;
}

/** CPU time in milliseconds since it was ready, and memory in bytes. */
export interface RelayFigures {
  readonly cpu: number;
  readonly peak: number;
  /** Used heap and memory outside of it, after collecting garbage if Node runs with `--expose-gc`. */
  readonly held: number;
}

/**
 * Serves a relay in a program of its own, and tells its parent its `url` and, asked for `figures`, its
 * {@link RelayFigures}. Its users are named by their keys.
 */
export async function serveRelay({ upstream, config }: RelayProgramSettings, log: StreamLog): Promise<void> {
  const handle = relay({
    ...config,
    client: createClient({ baseURL: `${upstream}/v1`, apiKey: 'secret' }),
    authorize: ({ headers }) => ({ user: headers.get('authorization') ?? 'anyone' }),
    models: ['small'],
    log,
  });
  const server = createServer(toNodeHandler(handle)).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const begun = process.cpuUsage();
  serveParent(
    { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    {
      figures: (): RelayFigures => {
        globalThis.gc?.();
        const { user, system } = process.cpuUsage(begun);
        const { heapUsed, external } = process.memoryUsage();
        return { cpu: (user + system) / 1000, peak: process.resourceUsage().maxRSS * 1024, held: heapUsed + external };
      },
    },
  );
}
