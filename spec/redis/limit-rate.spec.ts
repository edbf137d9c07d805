import { eventStream, textChunk } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { type RunningProgram, spawnProgram } from '../support/spawn-program.js';
import type { LimitedClientSettings } from './limited-client.js';
import { type RedisServer, startRedis } from './start-redis.js';

const names = ['ann', 'ben', 'cat'];
const exchanges = 334;
const requests = 150;
const window = 300;

describe('limitRate in three processes that share a budget', () => {
  let redis: RedisServer;
  let programs: readonly RunningProgram[];

  beforeAll(async () => (redis = await startRedis()));
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    await closeServers();
    await redis.close();
  });

  it('sends 1,000 waiting exchanges in order, and no more in any window than one limit', async () => {
    const arrived: { readonly id: string; readonly at: number }[] = [];
    const server = await startServer({
      answer: ({ headers, body, head, end }) => {
        const { messages } = JSON.parse(body) as { readonly messages: readonly [{ readonly content: string }] };
        arrived.push({ id: `${messages[0].content} ${String(headers['x-place'])}`, at: Date.now() });
        head(200, { 'content-type': 'text/event-stream' });
        end(eventStream(textChunk('Hi', 'stop'), '[DONE]'));
      },
    });
    programs = await Promise.all(
      names.map((name) => {
        const settings: LimitedClientSettings = {
          redis: redis.url,
          server: server.url,
          name,
          exchanges,
          requests,
          window,
        };
        return spawnProgram('spec/redis/limited-client.ts', settings);
      }),
    );
    const taken = await watchBudget(redis);
    const begun = Date.now();
    const results = await Promise.all(programs.map((program) => program.ask('go')));

    const places = Array.from({ length: exchanges }, (_, place) => place);
    expect(results).toEqual(names.map(() => ({ sent: places })));
    const all = names.flatMap((name) => places.map((place) => `${name} ${place}`));
    expect(arrived.map(({ id }) => id).sort()).toEqual(all.sort());
    // When they were taken, on Redis's clock.
    const times = taken();
    expect(times).toHaveLength(all.length);
    times.forEach((time, place) => expect((times[place + requests] ?? Infinity) - time).toBeGreaterThanOrEqual(window));
    // What has arrived was taken before, whatever the way took.
    arrived.forEach(({ at }, place) => {
      const windows = Math.floor((at - begun) / window) + 1;
      expect(place).toBeLessThan(windows * requests);
    });
  });
});

/** Notes when costs are taken of budgets. */
async function watchBudget(redis: RedisServer): Promise<() => readonly number[]> {
  const times: number[] = [];
  const monitor = await redis.connect();
  await monitor.monitor((line) => {
    const [, time] = /"ZADD" "[^"]*:taken" "(\d+)"/iu.exec(line.toString()) ?? [];
    if (time !== undefined) {
      times.push(Number(time));
    }
  });
  return () => times;
}
