import type * as Rxllm from 'rxllm';
import type * as Server from 'rxllm/server';
import type { Contender, ContenderConfig } from './contender.js';
import { openRelay } from './relaying.js';

/** The relay of rxllm, with its log in memory. */
export async function createContender(config: ContenderConfig): Promise<Contender> {
  const { createClient } = (await import(config.build)) as typeof Rxllm;
  // Beside the main entry: `server.js`, or `server.mjs` in a bundle.
  const address = new URL(`server${/\.\w+$/u.exec(config.build)?.[0] ?? ''}`, config.build);
  const { memoryLog, relay, toNodeHandler } = (await import(address.href)) as typeof Server;
  const handle = relay({
    client: createClient({ baseURL: config.baseURL }),
    authorize: 'anyone',
    models: () => true,
    log: memoryLog(),
    limits: { streamsPerUser: 1_000_000 },
  });
  return openRelay(toNodeHandler(handle), config);
}
