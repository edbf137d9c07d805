import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { firstValueFrom, from, type ObservableInput } from 'rxjs';
import { redisLog } from '../../src/redis/redis-log.js';
import { type RedisServer, startRedis } from './start-redis.js';

const detach = 600_000;
const wait = 30_000;
const entry = { number: 1, data: 'one' };

describe('redisLog, when a writer is gone', () => {
  let server: RedisServer;
  let writer: ChildProcess;
  let results: Interface;

  const tell = async (): Promise<string> => {
    writer.stdin!.write('\n');
    const [result] = (await once(results, 'line')) as [string];
    return result;
  };

  beforeEach(async () => {
    server = await startRedis();
    const program = ['--import', './.config/typescript.mjs', join(__dirname, 'writer.ts'), server.url, '2000'];
    writer = spawn(process.execPath, program, { cwd: join(__dirname, '../..'), stdio: ['pipe', 'pipe', 'inherit'] });
    results = createInterface({ input: writer.stdout! });
    expect(await tell()).toBe('ok');
  });
  afterEach(async () => {
    writer.kill('SIGKILL');
    await server.close();
  });

  it.each<NodeJS.Signals>(['SIGKILL', 'SIGSTOP'])(
    'tells readers that the stream of a writer is lost after %s',
    async (signal) => {
      const client = await server.connect();
      const log = redisLog({ client, lease: 2000 });
      const reading = first(log.read('stream', 'ann', 1, wait));
      writer.kill(signal);

      expect(await reading).toEqual({ entries: [], state: 'lost' });
      expect(await first(log.read('stream', 'ann', 0, wait))).toEqual({
        entries: [{ number: 1, data: 'entry 1' }],
        state: 'lost',
      });
    },
  );

  it('writes nothing more for a writer that was frozen for longer than its lease', async () => {
    const client = await server.connect();
    const log = redisLog({ client, lease: 2000 });
    writer.kill('SIGSTOP');
    expect((await first(log.read('stream', 'ann', 1, wait)))?.state).toBe('lost');
    writer.kill('SIGCONT');

    expect(await tell()).toBe('lost');
    expect(await client.xLen('rxllm:{stream}:log')).toBe(1);
    expect((await first(log.read('stream', 'ann', 1, wait)))?.state).toBe('lost');
  });
});

describe('redisLog, when Redis is gone', () => {
  let server: RedisServer;

  afterEach(() => server.close());

  it('goes on if Redis is back within the lease', async () => {
    server = await startRedis(true);
    const log = redisLog({ client: await server.connect(), lease: 60_000 });
    await first(log.append('id', 'ann', [entry], { detach }));
    const reading = first(log.read('id', 'ann', 1, wait));
    await server.kill();
    const appended = first(log.append('id', 'ann', [entry, { number: 2, data: 'two' }], { detach }));
    await server.start();

    expect(await appended).toBe('ok');
    expect(await reading).toEqual({ entries: [{ number: 2, data: 'two' }], state: 'open' });
  });

  it('has lost the streams of a Redis that is back without its data', async () => {
    server = await startRedis();
    const log = redisLog({ client: await server.connect(), lease: 60_000 });
    await first(log.append('id', 'ann', [], { detach }));
    await server.kill();
    await server.start();

    expect(await first(log.append('id', 'ann', [], { detach }))).toBe('lost');
    expect(await first(log.read('id', 'ann', 0, wait))).toBeUndefined();
  });

  it('errors if Redis is gone for longer than the lease', async () => {
    server = await startRedis();
    const log = redisLog({ client: await server.connect(), lease: 500 });
    await first(log.append('id', 'ann', [entry], { detach }));
    await server.kill();

    const results = [
      log.append('id', 'ann', [], { detach }),
      log.read('id', 'ann', 1, wait),
      log.stop('id', 'ann'),
    ].map((result) => first<unknown>(result));
    expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
  });
});

function first<T>(result: ObservableInput<T>): Promise<T> {
  return firstValueFrom(from(result));
}
