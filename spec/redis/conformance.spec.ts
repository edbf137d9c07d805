import { redisLog } from '../../src/redis/redis-log.js';
import { describeLog } from '../server/log-conformance.js';
import { type RedisServer, startRedis } from './start-redis.js';

describe('redisLog', () => {
  let server: RedisServer;
  let count = 0;

  beforeAll(async () => (server = await startRedis()));
  afterAll(() => server.close());

  describeLog('redisLog', async () => {
    const client = await server.connect();
    const log = redisLog({ client, prefix: `test-${count++}:` });
    return { log, close: () => client.close() };
  });
});
