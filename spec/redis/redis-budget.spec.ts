import { firstValueFrom, from } from 'rxjs';
import { redisBudget } from '../../src/redis/redis-budget.js';
import { type RedisServer, startRedis } from './start-redis.js';

const limits = { requests: 3, tokens: 100, window: 600_000 };

describe('redisBudget', () => {
  let server: RedisServer;
  let client: Awaited<ReturnType<RedisServer['connect']>>;
  let budgets: readonly ReturnType<typeof redisBudget>[];

  beforeAll(async () => {
    server = await startRedis();
    client = await server.connect();
    budgets = [redisBudget({ client }), redisBudget({ client: await server.connect() })];
  });
  beforeEach(() => client.flushAll());
  afterAll(() => server.close());

  const take = (tokens: number, by = 0, limited: typeof limits = limits) =>
    firstValueFrom(from(budgets[by]!.take('key', { requests: 1, tokens }, limited)));

  it('takes until the window is full, whoever takes', async () => {
    expect([await take(10, 0), await take(10, 1), await take(10, 0)]).toEqual([0, 0, 0]);

    const wait = await take(10, 1);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(limits.window);
  });

  it('never takes more than the limit at the same time', async () => {
    const waits = await Promise.all(Array.from({ length: 50 }, (_, place) => take(1, place % 2)));

    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
  });

  it('counts tokens, and takes nothing when it refuses', async () => {
    expect([await take(60), (await take(50)) > 0, await take(40)]).toEqual([0, true, 0]);
  });

  it('takes a cost above the whole limit alone', async () => {
    expect([await take(500), (await take(1)) > 0]).toEqual([0, true]);
    await client.flushAll();
    expect([await take(1), (await take(500)) > 0]).toEqual([0, true]);
  });

  it('takes again what was given back, and only that', async () => {
    await take(90);
    await take(5);
    await firstValueFrom(from(budgets[1]!.give('key', { requests: 1, tokens: 90 })));
    await firstValueFrom(from(budgets[1]!.give('key', { requests: 1, tokens: 90 })));

    expect([await take(95), (await take(1)) > 0]).toEqual([0, true]);
  });

  it('forgets what has left the window', async () => {
    const short = { ...limits, requests: 1, window: 1 };
    expect(await take(1, 0, short)).toBe(0);
    while ((await take(1, 1, short)) > 0) {
      // Redis's clock goes on.
    }
  });

  it('takes back a cost without tokens', async () => {
    await take(0);
    await firstValueFrom(from(budgets[0]!.give('key', { requests: 1, tokens: 0 })));

    expect(await take(0, 0, { ...limits, requests: 1 })).toBe(0);
  });

  it('holds everybody, and never for less than before', async () => {
    await firstValueFrom(from(budgets[0]!.hold('key', 500_000)));
    await firstValueFrom(from(budgets[0]!.hold('key', 1)));

    expect(await take(1, 1)).toBeGreaterThan(1000);
  });

  it('keeps budgets apart, and lets their keys expire', async () => {
    await take(100);
    expect(await firstValueFrom(from(budgets[0]!.take('other', { requests: 1, tokens: 100 }, limits)))).toBe(0);

    for (const key of await client.keys('*')) {
      expect(await client.pTTL(key)).toBeGreaterThan(0);
    }
    expect((await client.keys('rxllm:{key}:*')).sort()).toEqual(['rxllm:{key}:budget', 'rxllm:{key}:taken']);
  });

  it('errors with what Redis refuses', async () => {
    await client.set('rxllm:{key}:taken', 'of somebody else');

    await expect(take(1)).rejects.toThrow('WRONGTYPE');
  });
});
