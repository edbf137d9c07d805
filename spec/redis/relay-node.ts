/* A program that serves a relay whose log is in Redis. */
import { createClient } from 'redis';
import { redisLog } from '../../src/redis/index.js';
import { type RelayProgramSettings, serveRelay } from '../support/serve-relay.js';
import { readSettings } from '../support/spawn-program.js';

/** What the program is told. */
export interface RelayNodeSettings extends RelayProgramSettings {
  readonly redis: string;
  readonly lease?: number;
}

const { redis, lease, ...settings } = readSettings() as RelayNodeSettings;
const client = createClient({ url: redis, socket: { reconnectStrategy: 20 } });
client.on('error', () => undefined);
await client.connect();
await serveRelay(settings, redisLog({ client, lease }));
