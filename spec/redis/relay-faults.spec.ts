import { from, lastValueFrom, ReplaySubject } from 'rxjs';
import { createClient, textDeltas, toText } from '../../src/index.node.js';
import type { ChatCompletionChunk, ResponseInfo } from '../../src/index.js';
import { chatRequest, eventStream, textChunk } from '../support/answers.js';
import { closeServers, type ServedExchange, startServer } from '../support/loopback.js';
import { failureOf, type Observed, observe } from '../support/observe.js';
import { type RunningProgram, spawnProgram } from '../support/spawn-program.js';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.js';
import type { RelayNodeSettings } from './relay-node.js';
import { type RedisServer, startRedis } from './start-redis.js';

type Seen = Observed<ChatCompletionChunk>;

describe('relays on two nodes that share a log', () => {
  let redis: RedisServer;
  let nodes: readonly RunningProgram[];
  let proxy: CuttingProxy;
  let client: ReturnType<typeof createClient>;
  let upstream: Awaited<ReturnType<typeof startServer>>;

  const start = async (lease: number, keeps = false): Promise<void> => {
    redis = await startRedis(keeps);
    upstream = await startServer();
    const config = { detach: 600_000 };
    const settings: RelayNodeSettings = { upstream: upstream.url, redis: redis.url, lease, config };
    nodes = await Promise.all([0, 1].map(() => spawnProgram('spec/redis/relay-node.ts', settings)));
    // Each request goes to the next node.
    const targets = nodes.map(({ ready }) => String(ready['url']));
    proxy = await startCuttingProxy({ targets, seed: 1, cuts: 0, last: 0 });
    client = createClient({ baseURL: `${proxy.url}/v1`, resume: { maxDelay: 50 } });
  };
  afterEach(async () => {
    await proxy.close();
    await Promise.all(nodes.map((node) => node.kill()));
    await closeServers();
    await redis.close();
  });

  /** Begins a stream on the first node, which a second reader joins on the second. Both have read its first word. */
  const begin = async (): Promise<{ served: ServedExchange; readers: readonly Seen[]; id: string }> => {
    const heads = new ReplaySubject<ResponseInfo>(1);
    const own = observe(client.chat(chatRequest, { onResponse: (head) => heads.next(head) }));
    const served = await upstream.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(eventStream(textChunk('One, ')));
    await own.reached(1);
    heads.complete();
    const id = (await lastValueFrom(heads)).streamId!;
    const joined = observe(client.resumeStream(id, { api: 'chat' }));
    await joined.reached(1);
    return { served, readers: [own, joined], id };
  };

  /** What is in the log of a stream, and what its writer changes of its state. */
  const dump = async (id: string): Promise<unknown> => {
    const connected = await redis.connect();
    const { last, size, lease, ended } = await connected.hGetAll(`rxllm:{${id}}:state`);
    return { entries: await connected.xRange(`rxllm:{${id}}:log`, '-', '+'), state: { last, size, lease, ended } };
  };

  const scripts = async (): Promise<number> => {
    const info = await (await redis.connect()).info('commandstats');
    return [...info.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gmu)].reduce(
      (sum, [, calls]) => sum + Number(calls),
      0,
    );
  };

  const textOf = ({ values }: Seen): Promise<string> => lastValueFrom(from(values).pipe(textDeltas(), toText()));

  it('tell all readers that the stream of a killed node is lost', async () => {
    await start(1000);
    const { readers } = await begin();
    nodes[0]!.signal('SIGKILL');

    for (const reader of readers) {
      expect(await reader.ended).toMatchObject({ name: 'StreamError', code: 'producer_lost' });
      expect(await textOf(reader)).toBe('One, ');
    }
  });

  it('tell that a stream is lost after two leases of its node at most', async () => {
    await start(2000);
    const { readers } = await begin();
    nodes[0]!.signal('SIGSTOP');
    const before = await scripts();

    expect(await readers[1]!.ended).toMatchObject({ code: 'producer_lost' });
    // A reader looks again after each half of a lease.
    expect((await scripts()) - before).toBeLessThanOrEqual(4);
  });

  it('write nothing more once they were frozen for longer than their lease, and cancel the request upstream', async () => {
    await start(1000);
    const { served, readers, id } = await begin();
    nodes[0]!.signal('SIGSTOP');
    served.write(eventStream(textChunk('two, ')));
    expect(await readers[1]!.ended).toMatchObject({ code: 'producer_lost' });
    const before = await dump(id);
    nodes[0]!.signal('SIGCONT');
    served.write(eventStream(textChunk('three.', 'stop'), '[DONE]'));

    expect(await served.over).toBe('cut');
    expect(await readers[0]!.ended).toMatchObject({ code: 'producer_lost' });
    expect(await dump(id)).toEqual(before);
    expect(await Promise.all(readers.map(textOf))).toEqual(['One, ', 'One, ']);
    expect(await failureOf(client.resumeStream(id, { api: 'chat' }))).toMatchObject({ code: 'producer_lost' });
  });

  it('go on if Redis is back within the lease', async () => {
    await start(60_000, true);
    const { served, readers } = await begin();
    await redis.kill();
    served.write(eventStream(textChunk('two, ')));
    await redis.start();
    served.end(eventStream(textChunk('three.', 'stop'), '[DONE]'));

    for (const reader of readers) {
      expect(await reader.ended).toBeUndefined();
      expect(await textOf(reader)).toBe('One, two, three.');
    }
  });

  it('end streams with an error if Redis is gone for longer than the lease', async () => {
    await start(1000);
    const { served, readers } = await begin();
    await redis.kill();

    for (const reader of readers) {
      expect(await reader.ended).toMatchObject({ name: 'StreamError', code: 'log_unavailable' });
    }
    expect(await served.over).toBe('cut');
    void upstream.next().then((next) => next.head(200, { 'content-type': 'text/event-stream' }));
    expect(await failureOf(client.chat(chatRequest))).toMatchObject({ name: 'ApiError', status: 503 });
  });

  it('end streams with an error if Redis is back without them', async () => {
    await start(2000);
    const { served, readers, id } = await begin();
    await redis.kill();
    await redis.start();

    for (const reader of readers) {
      expect(await reader.ended).toMatchObject({ name: 'StreamError', code: 'producer_lost' });
    }
    expect(await served.over).toBe('cut');
    expect(await failureOf(client.resumeStream(id, { api: 'chat' }))).toMatchObject({ kind: 'not_found' });
  });
});
