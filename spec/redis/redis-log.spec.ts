import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { createClient } from 'redis';
import { firstValueFrom, from, type ObservableInput } from 'rxjs';
import { type RedisClient, redisLog, type RedisLogConfig } from '../../src/redis/index.js';
import type { LogEntry, LogPage, StreamLog } from '../../src/server/stream-log.js';
import { type RedisServer, startRedis } from './start-redis.js';

type Client = Awaited<ReturnType<RedisServer['connect']>>;

const lease = 60_000;
const detach = 600_000;
const wait = 20_000;

describe('redisLog', () => {
  let server: RedisServer;
  let client: Client;
  let otherClient: Client;

  beforeAll(async () => {
    server = await startRedis();
    [client, otherClient] = await Promise.all([server.connect(), server.connect()]);
  });
  beforeEach(() => client.flushAll());
  afterAll(() => server.close());

  const create = (config: Omit<RedisLogConfig, 'client'> = {}): StreamLog => redisLog({ client, lease, ...config });
  const createOther = (): StreamLog => redisLog({ client: otherClient, lease });

  it('keeps a stream in keys of one hash tag, which expire from the first append on', async () => {
    const log = create({ prefix: 'app:', ttl: 90_000 });
    await first(log.append('id', 'ann', [], { detach }));
    await first(log.append('id', 'ann', [{ number: 1, event: 'named', data: 'one' }], { detach }));
    const waiting = from(log.read('id', 'ann', 1, wait)).subscribe();
    await first(log.read('id', 'ann', 0, 0));

    const keys = (await client.keys('*')).sort();
    expect(keys).toEqual(['app:{id}:log', 'app:{id}:readers', 'app:{id}:state']);
    expect(await client.xRange('app:{id}:log', '-', '+')).toEqual([
      expect.objectContaining({ id: '1-0', message: { data: 'one', event: 'named' } }),
    ]);
    for (const key of keys) {
      const left = await client.pTTL(key);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(90_000 + lease);
    }
    waiting.unsubscribe();
  });

  it('keeps an ended stream for its time to live', async () => {
    const log = create({ ttl: 5000 });
    await first(log.append('id', 'ann', entriesOf(1, 1), { detach, end: true }));

    expect(await client.pTTL('rxllm:{id}:log')).toBeLessThanOrEqual(5000);
    expect(await client.pTTL('rxllm:{id}:state')).toBeLessThanOrEqual(5000);
  });

  it('leaves a stream to the log that began it', async () => {
    const other = createOther();
    await first(create().append('id', 'ann', entriesOf(1, 1), { detach }));

    expect(await first(other.append('id', 'ann', entriesOf(2, 2), { detach }))).toBe('lost');
    expect(await first(other.read('id', 'ann', 0, 0))).toEqual({ entries: entriesOf(1, 1), state: 'open' });
  });

  it('is full beyond its bytes, but has room to say so', async () => {
    const log = create({ bytes: 10 });
    const append = (number: number, data: string, end = false) =>
      first(log.append('id', 'ann', [{ number, data }], { detach, end }));

    expect(await append(1, '12345678')).toBe('ok');
    expect(await append(2, '123')).toBe('full');
    expect(await append(2, 'x'.repeat(2000), true)).toBe('full');
    expect(await append(2, 'log_full', true)).toBe('ok');
    expect((await first(log.read('id', 'ann', 1, 0)))?.entries).toEqual([{ number: 2, data: 'log_full' }]);
  });

  it('is full when Redis has no memory left, and can be read then', async () => {
    const log = create();
    await first(log.append('id', 'ann', entriesOf(1, 2), { detach }));
    await client.configSet('maxmemory', '1');
    try {
      expect(await first(log.append('id', 'ann', entriesOf(3, 3), { detach }))).toBe('full');
      expect(await first(log.read('id', 'ann', 0, 0))).toEqual({ entries: entriesOf(1, 2), state: 'open' });
    } finally {
      await client.configSet('maxmemory', '0');
    }
  });

  it('wakes a reader of another log', async () => {
    const [log, other] = [create(), createOther()];
    await first(log.append('id', 'ann', entriesOf(1, 1), { detach }));
    const waiting = first(other.read('id', 'ann', 1, wait));
    await untilWaiting(1);
    await first(log.append('id', 'ann', entriesOf(2, 2), { detach }));

    expect(await waiting).toEqual({ entries: entriesOf(2, 2), state: 'open' });
  });

  it('does not need notifications', async () => {
    await first(create().append('id', 'ann', entriesOf(1, 1), { detach }));
    const deaf = {
      isOpen: true,
      eval: client.eval.bind(client),
      evalSha: client.evalSha.bind(client),
      duplicate: () => ({
        isOpen: false,
        connect: () => Promise.reject(new Error('No second connection')),
        subscribe: () => Promise.resolve(),
        unsubscribe: () => Promise.resolve(),
        on: () => undefined,
        destroy: () => undefined,
      }),
    };
    const waiting = first(redisLog({ client: deaf, lease: 1000 }).read('id', 'ann', 1, wait));
    await untilWaiting(1);
    await client.xAdd('rxllm:{id}:log', '2-0', { data: '{"part":2}' });

    expect((await waiting)?.entries).toEqual(entriesOf(2, 2));
  });

  it('listens for all readers on one connection, and closes it after the last', async () => {
    const log = create();
    const connections = async (): Promise<number> => (await client.clientList()).length;
    await until(async () => (await connections()) === 2);
    await first(log.append('one', 'ann', [], { detach }));
    await first(log.append('two', 'ann', [], { detach }));
    const readers = Array.from({ length: 20 }, (_, place) =>
      from(log.read(place % 2 ? 'one' : 'two', 'ann', 0, wait)).subscribe(),
    );
    await untilWaiting(10, 'one');
    await untilWaiting(10, 'two');
    await until(async () => (await client.pubSubChannels()).length === 2);

    expect(await connections()).toBe(3);
    readers.forEach((reader) => reader.unsubscribe());
    await until(async () => (await connections()) === 2);
    expect(await client.zCard('rxllm:{one}:readers')).toBe(0);
  });

  it('sends its scripts again to a server that has forgotten them', async () => {
    const log = create();
    await first(log.append('id', 'ann', entriesOf(1, 1), { detach }));
    await first(log.read('id', 'ann', 0, 0));
    await client.scriptFlush();

    expect(await first(log.append('id', 'ann', entriesOf(2, 2), { detach }))).toBe('ok');
    expect((await first(log.read('id', 'ann', 0, 0)))?.entries).toEqual(entriesOf(1, 2));
  });

  it('closes a connection that is not made yet when its last reader leaves', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    const connected = once(mute, 'connection') as Promise<[Socket]>;
    const slow = {
      isOpen: true,
      eval: client.eval.bind(client),
      evalSha: client.evalSha.bind(client),
      duplicate: () => createClient({ url: `redis://127.0.0.1:${(mute.address() as AddressInfo).port}` }),
    };
    const log = redisLog({ client: slow, lease });
    await first(log.append('id', 'ann', [], { detach }));
    const reader = from(log.read('id', 'ann', 0, wait)).subscribe();
    const [socket] = await connected;
    const closed = once(socket.on('error', () => undefined).resume(), 'close');
    reader.unsubscribe();
    await closed;
    mute.close();

    await until(async () => (await client.zCard('rxllm:{id}:readers')) === 0);
  });

  it('knows what fails in a script of Redis 6, which puts words before it', async () => {
    const failures = ["READONLY You can't write against a read only replica."];
    const run =
      (method: 'eval' | 'evalSha'): RedisClient['eval'] =>
      (script, options) => {
        const failure = failures.shift();
        return failure === undefined
          ? client[method](script, options)
          : Promise.reject(
              new Error(`ERR Error running script (call to f_1): @user_script:9: @user_script: 9: -${failure}`),
            );
      };
    const older = { isOpen: true, eval: run('eval'), evalSha: run('evalSha'), duplicate: () => client.duplicate() };
    const log = redisLog({ client: older, lease });

    expect(await first(log.append('id', 'ann', entriesOf(1, 1), { detach }))).toBe('ok');
    failures.push("OOM command not allowed when used memory > 'maxmemory'.");
    expect(await first(log.append('id', 'ann', entriesOf(2, 2), { detach }))).toBe('full');
  });

  it('errors at once with what Redis refuses', async () => {
    const log = create();
    await client.set('rxllm:{id}:state', 'of somebody else');

    await expect(first(log.append('id', 'ann', [], { detach }))).rejects.toThrow('WRONGTYPE');
  });

  it('gives every reader every entry once, in whatever pieces they are written and read', async () => {
    const log = create();
    const other = createOther();
    const total = 400;
    const readAll = async (reading: StreamLog, pause: number): Promise<readonly LogEntry[]> => {
      const read: LogEntry[] = [];
      let state: LogPage['state'] = 'open';
      while (state === 'open') {
        const page = await first(reading.read('id', 'ann', read.length, pause));
        read.push(...page!.entries);
        ({ state } = page!);
      }
      return read;
    };
    await first(log.append('id', 'ann', [], { detach }));
    const readers = [1, 5, wait, wait].flatMap((pause) => [readAll(log, pause), readAll(other, pause)]);
    for (let next = 1, size = 1; next <= total; next += size, size = (size * 7) % 11) {
      const batch = entriesOf(Math.max(1, next - (size % 3)), Math.min(total, next + size - 1));
      expect(await first(log.append('id', 'ann', batch, { detach, end: next + size > total }))).toBe('ok');
    }

    for (const read of await Promise.all(readers)) {
      expect(read).toEqual(entriesOf(1, total));
    }
  });

  it('does what a list in memory would do, used from two logs', async () => {
    const ids = fc.constantFrom('one', 'two');
    const owners = fc.constantFrom('ann', 'ann', 'ann', 'bob');
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('append' as const),
          by: fc.nat(1),
          id: ids,
          owner: owners,
          back: fc.integer({ min: -1, max: 3 }),
          size: fc.nat(4),
          end: fc.nat(9),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('read' as const),
          by: fc.nat(1),
          id: ids,
          owner: owners,
          after: fc.nat(8),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), by: fc.nat(1), id: ids, owner: owners }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await client.flushAll();
        const logs = [create(), createOther()];
        const model = new Map<string, ModelStream>();
        for (const taken of steps) {
          const log = logs[taken.by]!;
          const stream = model.get(taken.id);
          const known = stream?.owner === taken.owner ? stream : undefined;
          if (taken.do === 'stop') {
            expect(await first(log.stop(taken.id, taken.owner))).toBe(known !== undefined);
            if (known) {
              known.isStopped = true;
            }
          } else if (taken.do === 'read') {
            const page = await first(log.read(taken.id, taken.owner, taken.after, 0));
            expect(page).toEqual(
              known && { entries: entriesOf(taken.after + 1, known.last), state: known.hasEnded ? 'ended' : 'open' },
            );
          } else {
            const start = Math.max(1, (stream?.last ?? 0) + 1 - taken.back);
            const entries = entriesOf(start, start + taken.size - 1);
            const end = taken.end === 0;
            const result = appendTo(model, taken.id, taken.owner, taken.by, entries, end);
            expect(await first(log.append(taken.id, taken.owner, entries, { detach, end }))).toBe(result);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  /** Waits until so many readers wait. */
  async function untilWaiting(count: number, id = 'id'): Promise<void> {
    await until(async () => (await client.zCard(`rxllm:{${id}}:readers`)) === count);
  }
});

interface ModelStream {
  readonly owner: string;
  readonly writer: number;
  last: number;
  isStopped: boolean;
  hasEnded: boolean;
}

/** What an append does, without leases and limits. */
function appendTo(
  model: Map<string, ModelStream>,
  id: string,
  owner: string,
  writer: number,
  entries: readonly LogEntry[],
  end: boolean,
): string {
  const known = model.get(id);
  const stream = known ?? { owner, writer, last: 0, isStopped: false, hasEnded: false };
  const added = entries.filter(({ number }) => number > stream.last);
  const fits = added.length === 0 || (added[0]!.number === stream.last + 1 && !stream.hasEnded);
  if (stream.owner !== owner || stream.writer !== writer || !fits) {
    return 'lost';
  }
  if (stream.hasEnded) {
    return 'ok';
  }
  if (stream.isStopped && !end) {
    return 'stopped';
  }
  model.set(id, stream);
  stream.last += added.length;
  stream.hasEnded = end;
  return 'ok';
}

function entriesOf(from: number, to: number): readonly LogEntry[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => ({
    number: from + place,
    data: `{"part":${from + place}}`,
  }));
}

function first<T>(result: ObservableInput<T>): Promise<T> {
  return firstValueFrom(from(result));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) {
    // Redis answers when it has done what came before.
  }
}
