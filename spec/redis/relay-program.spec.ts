import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { firstValueFrom, ReplaySubject } from 'rxjs';
import { createClient, textDeltas } from '../../src/index.node.js';
import type { ResponseInfo } from '../../src/index.js';
import { beginStream, ending, piece, streamText } from '../cli/model-server.js';
import { type Running, run, start } from '../cli/run-here.js';
import { chatRequest } from '../support/answers.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { type RedisServer, startRedis } from './start-redis.js';

describe('rxllm serve --relay --redis', () => {
  const environment = { OPENAI_API_KEY: 'sk-0123456789abcdef' };

  let redis: RedisServer;
  let server: LoopbackServer;
  const relays: Running[] = [];

  beforeEach(async () => {
    [redis, server] = await Promise.all([startRedis(true), startServer()]);
  });

  afterEach(async () => {
    relays.splice(0).forEach((running) => running.stop());
    await Promise.all([closeServers(), redis.close()]);
  });

  async function relay(...parameters: readonly string[]) {
    const running = start(['serve', '--relay', `${server.url}/v1`, '--redis', redis.url, ...parameters], {
      environment,
    });
    relays.push(running);
    await running.shows('Try it:\n');
    return { ...running, client: createClient({ baseURL: /http:\S+\/v1/u.exec(running.stdout())![0] }) };
  }

  /** Begins a stream at a relay, and returns its id once its first piece is read. */
  async function begin({ client }: { readonly client: ReturnType<typeof createClient> }) {
    const heads = new ReplaySubject<ResponseInfo>(1);
    const options = { onResponse: (head: ResponseInfo) => heads.next(head), onUnsubscribe: 'leave' } as const;
    const reader = observe(client.chat(chatRequest, options).pipe(textDeltas()));
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    await reader.reached(1);
    const { streamId } = await firstValueFrom(heads);
    return { reader, exchange, id: streamId! };
  }

  it('continues at one relay the answer that another has begun', async () => {
    const [one, other] = [await relay(), await relay()];
    const { reader, exchange, id } = await begin(one);
    const joined = observe(other.client.resumeStream(id, { api: 'chat' }).pipe(textDeltas()));
    await joined.reached(1);
    exchange.write(piece('lo'));
    exchange.end(ending);

    for (const { ended, values } of [reader, joined]) {
      expect(await ended).toBeUndefined();
      expect(values.join('')).toBe('Hello');
    }
    expect(server.requests).toBe(1);
  });

  it('tells the readers at other relays that it was stopped', async () => {
    const [one, other] = [await relay(), await relay()];
    const { reader, exchange, id } = await begin(one);
    const joined = observe(other.client.resumeStream(id, { api: 'chat' }));
    await joined.reached(1);
    reader.unsubscribe();
    await one.shows(' POST /v1/chat/completions small ');
    one.stop();

    expect(await joined.ended).toMatchObject({ message: 'The relay was stopped', retryable: true });
    expect(await exchange.over).toBe('cut');
  });

  it('counts the requests of all relays against --rate-limit', async () => {
    const [one, other] = [await relay('--rate-limit', '1/h'), await relay('--rate-limit', '1/h')];
    const first = observe(one.client.chat(chatRequest));
    streamText(await server.next(), 'Hello');
    expect(await first.ended).toBeUndefined();

    expect(await failureOf(other.client.chat(chatRequest))).toMatchObject({ name: 'RateLimitError', status: 429 });
    expect(server.requests).toBe(1);
  });

  it('goes on after Redis was gone, and tells so', async () => {
    const one = await relay();
    const { reader, exchange } = await begin(one);
    await redis.kill();
    await one.shows(' is lost; connecting again.\n');
    exchange.write(piece('lo'));
    await redis.start();
    await one.shows('Redis is connected again.\n');
    exchange.end(ending);

    expect(await reader.ended).toBeUndefined();
    expect(reader.values.join('')).toBe('Hello');
    expect(one.stderr()).toMatch(/^The connection to Redis at 127\.0\.0\.1:\d+ \(.+\) is lost; connecting again\.\n/u);
  });

  it('says in one line that Redis cannot be reached, without its password', async () => {
    await redis.kill();
    const { host } = new URL(redis.url);
    const parameters = ['--relay', `${server.url}/v1`, '--redis', `redis://:p%40ssword@${host}`];

    const { code, stdout, stderr } = await run(['serve', ...parameters], { environment });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `rxllm: Cannot connect to Redis at ${host} (connect ECONNREFUSED ${host}). Check --redis, and that Redis is running.\n`,
    );
  });

  it('gives up a connection that does not come about when it is stopped', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const running = start(['serve', '--relay', `${server.url}/v1`, '--redis', `redis://127.0.0.1:${port}`], {
      environment,
    });
    const [socket] = (await once(silent, 'connection')) as [Socket];
    // The client waits for an answer to its first command.
    await once(socket, 'data');
    running.stop();

    await once(socket, 'close');
    silent.close();
  });
});
