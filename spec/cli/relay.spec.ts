import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { lastValueFrom, toArray } from 'rxjs';
import { createClient, textDeltas, toText } from '../../src/index.node.js';
import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { beginStream, ending, piece, sendJson, streamText } from './model-server.js';
import { run, type RunHereConfig, type Running, start } from './run-here.js';

describe('rxllm serve --relay', () => {
  const key = 'sk-0123456789abcdef';
  const callersKey = 'caller-0123456789';

  interface Relaying extends Running {
    readonly baseURL: string;
  }

  let server: LoopbackServer;
  let running: Running | undefined;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(async () => {
    running?.stop();
    await closeServers();
  });

  async function relay(parameters: readonly string[] = [], config: RunHereConfig = {}): Promise<Relaying> {
    const environment = { OPENAI_API_KEY: key };
    const started = start(['serve', '--relay', `${server.url}/v1`, ...parameters], { environment, ...config });
    running = started;
    await started.shows('Try it:\n');
    return { ...started, baseURL: /http:\S+\/v1/u.exec(started.stdout())![0] };
  }

  function post(baseURL: string, model: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hi' }] });
    return fetch(`${baseURL}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  }

  it('prints its address and an example, passes a request on with its own key, and logs it', async () => {
    const { baseURL, stdout, stderr, shows } = await relay(['--models', 'small,large']);
    expect(stdout()).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+\/v1 \(Ctrl-C to stop\)\.\n/u);
    expect(stdout()).toContain(
      `\nIt relays /models, /chat/completions and /responses to ${server.url}. Try it:\ncurl -N ${baseURL}/chat/completions -H 'content-type: application/json' -d '{"model":"small",`,
    );

    const answer = lastValueFrom(
      createClient({ baseURL })
        .chat({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] })
        .pipe(textDeltas(), toArray()),
    );
    const exchange = await server.next();
    streamText(exchange, 'Hel', 'lo');

    expect((await answer).join('')).toBe('Hello');
    expect(exchange.headers.authorization).toBe(`Bearer ${key}`);
    expect(exchange.path).toBe('/v1/chat/completions');
    await shows(' ms\n');
    expect(stderr()).toMatch(/^\d\d:\d\d:\d\d POST \/v1\/chat\/completions small 200 \d+ ms\n$/u);
    expect(stdout() + stderr()).not.toContain(key);
  });

  it('asks a server without a key when the environment has none, and says so', async () => {
    const { baseURL, stderr } = await relay([], { environment: {} });
    expect(stderr()).toBe(`OPENAI_API_KEY is not set: ${new URL(server.url).host} is asked without a key.\n`);

    const answer = post(baseURL, 'small', { authorization: `Bearer ${callersKey}` });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(exchange.headers.authorization).toBeUndefined();
    expect(await (await answer).text()).toContain('Hello');
  });

  it('lists and takes only the models of --models', async () => {
    const { baseURL, shows } = await relay(['--models', 'small, large']);

    const { data } = (await (await fetch(`${baseURL}/models`)).json()) as { data: readonly { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['small', 'large']);
    expect((await post(baseURL, 'other')).status).toBe(404);
    await shows(' POST /v1/chat/completions other 404 ');
    expect(server.requests).toBe(0);
  });

  it('lists the models of its server without --models', async () => {
    const { baseURL, stdout } = await relay();
    expect(stdout()).toContain(`\ncurl ${baseURL}/models\n`);

    const list = fetch(`${baseURL}/models`);
    sendJson(await server.next(), 200, { object: 'list', data: [{ id: 'first' }, { id: 'second' }] });

    expect(await (await list).json()).toMatchObject({ data: [{ id: 'first' }, { id: 'second' }] });
  });

  it('requires the key of --key, and never prints a key', async () => {
    const { baseURL, stdout, stderr, shows } = await relay(['--models', 'small', '--key', callersKey]);
    expect(stdout()).toContain(' -H "authorization: Bearer $RELAY_KEY" ');

    expect((await post(baseURL, 'small')).status).toBe(401);
    expect((await post(baseURL, 'small', { authorization: `Bearer ${callersKey}x` })).status).toBe(401);
    expect(server.requests).toBe(0);
    const answer = post(baseURL, 'small', { authorization: `Bearer ${callersKey}` });
    streamText(await server.next(), 'Hello');
    expect((await answer).status).toBe(200);
    await fetch(`${baseURL}/${callersKey}/${key}`);

    await shows(' GET /v1/[redacted]/[redacted] - 404 ');
    expect(stdout() + stderr()).not.toMatch(new RegExp(`${key}|${callersKey}`, 'u'));
  });

  it('answers only requests to this machine without --key, whatever name another page gives it', async () => {
    const { baseURL } = await relay();
    const { port } = new URL(baseURL);

    expect(await statusFor(port, `attacker.example:${port}`)).toBe(403);
    expect(await statusFor(port, `localhost:${port}`)).toBe(404);
    expect(server.requests).toBe(0);
  });

  it('refuses requests above --rate-limit with a 429 that says when to come back', async () => {
    const { baseURL } = await relay(['--rate-limit', '1/h']);
    const first = post(baseURL, 'small');
    streamText(await server.next(), 'Hello');
    await (await first).text();

    const second = await post(baseURL, 'small');

    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(server.requests).toBe(1);
  });

  it('asks again where its server fails for the moment', async () => {
    const { baseURL } = await relay();
    const answer = post(baseURL, 'small');
    sendJson(await server.next(), 429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '1' });
    streamText(await server.next(), 'Hello');

    expect(await (await answer).text()).toContain('Hello');
  });

  it('tells the operator, not the caller, that its server refuses the key', async () => {
    const { baseURL, stderr, shows } = await relay();
    const answer = post(baseURL, 'small');
    sendJson(await server.next(), 401, { error: { message: `Incorrect API key provided: ${key}.` } });

    expect(await (await answer).text()).toContain("The model's server is not available");
    await shows(' small 502 ');
    expect(stderr()).toMatch(/^rxllm: 401 Incorrect API key provided: \[redacted\]\. Check OPENAI_API_KEY\.\n/u);
  });

  it('tells the operator that its server cannot be reached', async () => {
    const { baseURL, stderr, shows } = await relay();
    await closeServers();
    expect((await post(baseURL, 'small')).status).toBe(502);

    await shows(' small 502 ');
    const { host } = new URL(server.url);
    expect(stderr()).toContain(
      `rxllm: No answer from http://${host} (ECONNREFUSED). Check --relay, and that its server is running.\n`,
    );
  });

  it('goes on with an answer whose reader has left', async () => {
    const { baseURL } = await relay();
    const leaving = new AbortController();
    const answer = await Promise.all([
      fetch(`${baseURL}/chat/completions`, {
        method: 'POST',
        signal: leaving.signal,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'small', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
      }),
      server.next().then((exchange) => {
        beginStream(exchange, piece('Hel'));
        return exchange;
      }),
    ]);
    const [{ headers }, exchange] = answer;
    leaving.abort();
    exchange.write(piece('lo'));
    exchange.end(ending);

    const resumed = await fetch(`${baseURL}/streams/${headers.get('x-stream-id')}`);
    const text = await resumed.text();
    expect(text).toContain('Hel');
    expect(text).toContain('[DONE]');
    expect(server.requests).toBe(1);
  });

  it('passes on a conversation of many megabytes, and a long answer to it', async () => {
    const { baseURL } = await relay();
    const megabyte = 'a '.repeat(500_000);
    const asked = createClient({ baseURL }).chat({
      model: 'small',
      messages: [{ role: 'user', content: megabyte.repeat(6) }],
    });

    const answer = lastValueFrom(asked.pipe(textDeltas(), toText()));
    const exchange = await server.next();
    streamText(exchange, ...Array.from({ length: 20 }, () => megabyte));

    expect(exchange.body.length).toBeGreaterThan(6_000_000);
    expect((await answer).length).toBe(20_000_000);
  });

  it('ends open streams with an error when it is stopped, and cancels what it asked', async () => {
    const { baseURL, stop, shows } = await relay();
    const answer = post(baseURL, 'small');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    const { body } = await answer;
    stop();

    const text = await new Response(body).text();
    expect(text).toContain('Hel');
    expect(text).toContain('The relay was stopped');
    expect(text).not.toContain('[DONE]');
    expect(await exchange.over).toBe('cut');
    await shows(' POST /v1/chat/completions small 200 ');
    await expect(fetch(`${baseURL}/models`)).rejects.toThrow();
  });

  it.each([
    [
      'a URL that is none',
      ['--relay', 'localhost:11434/v1'],
      '--relay must be a URL that begins with http:// or https://, such as http://localhost:11434/v1',
    ],
    [
      'a URL with a password',
      ['--relay', `https://user:${key}@api.example/v1`],
      '--relay must not contain a user name or password',
    ],
    [
      'a speed',
      ['--relay', 'https://api.example/v1', '--tokens-per-second', '1'],
      '--relay and --tokens-per-second exclude each other: leave one out',
    ],
    [
      'an empty name of a model',
      ['--relay', 'https://api.example/v1', '--models', 'a,,b'],
      'Empty name in --models; write names with commas between them, such as gpt-4o,gpt-4o-mini',
    ],
    ['--redis alone', ['--redis', 'redis://localhost'], '--redis needs --relay with the server to ask'],
    [
      'a URL that is not of Redis',
      ['--relay', 'https://api.example/v1', '--redis', `https://:${key}@localhost`],
      '--redis must be a URL that begins with redis:// or rediss://, such as redis://localhost:6379',
    ],
    ['a mistyped option', ['--rely', 'https://api.example/v1'], 'Unknown option --rely (did you mean --relay?)'],
  ])('refuses %s in one line', async (_, parameters, line) => {
    expect(await run(['serve', ...parameters])).toEqual({
      code: 2,
      stdout: '',
      stderr: `rxllm: ${line}. See rxllm --help.\n`,
    });
  });

  it('refuses the options of a relay elsewhere', async () => {
    expect(await run(['--relay', 'https://api.example/v1', 'Hi'])).toMatchObject({
      code: 2,
      stderr: 'rxllm: --relay is an option of rxllm serve only. See rxllm --help.\n',
    });
  });

  it('explains how to install the package that --redis needs', async () => {
    const parameters = ['serve', '--relay', 'https://api.example/v1', '--redis', 'redis://localhost'];

    expect(await run(parameters, { environment: { OPENAI_API_KEY: key } })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'rxllm: --redis needs the package redis, which is not installed here. Install it where rxllm is installed: npm install redis.\n',
    });
  });

  it('explains that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    expect(
      await run(['serve', '--relay', 'https://api.example/v1', '--port', String(port)], {
        environment: { OPENAI_API_KEY: key },
      }),
    ).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxllm: The relay cannot listen on 127.0.0.1, port ${port}: the port is taken; choose another, or 0 for a free one.\n`,
    });
    other.close();
  });
});

/** Sends a request with a `Host` of its own. */
async function statusFor(port: string, host: string): Promise<number | undefined> {
  const request = get({
    host: '127.0.0.1',
    port,
    path: '/v1/streams/0123456789abcdef',
    headers: { host },
    agent: false,
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}
