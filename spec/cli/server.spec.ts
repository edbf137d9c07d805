import { chatChunk, usageChunk } from '../support/chunks.js';
import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, ending, event, piece, sendJson, streamText } from './model-server.js';
import { start } from './run-here.js';

describe('rxllm with a server', () => {
  const key = 'sk-0123456789abcdef';

  let server: LoopbackServer;
  let baseURL: string;

  beforeEach(async () => {
    server = await startServer();
    baseURL = `${server.url}/v1`;
  });

  afterEach(closeServers);

  /** The request body. */
  function question({ body }: ServedExchange): unknown {
    return JSON.parse(body);
  }

  it('uses --base-url, without the key of the environment', async () => {
    const { ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi'], { environment: { OPENAI_API_KEY: key } });
    const exchange = await server.next();
    streamText(exchange, 'Hel', 'lo');

    expect(exchange.method).toBe('POST');
    expect(exchange.path).toBe('/v1/chat/completions');
    expect(exchange.headers.authorization).toBeUndefined();
    expect(question(exchange)).toEqual({
      model: 'small',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('uses OPENAI_BASE_URL, with the key of the environment', async () => {
    const { ended } = start(['-m', 'small', 'Hi'], { environment: { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: key } });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(exchange.headers.authorization).toBe(`Bearer ${key}`);
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('prefers --base-url to OPENAI_BASE_URL', async () => {
    const other = await startServer();
    const { ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi'], {
      environment: { OPENAI_BASE_URL: `${other.url}/v1`, OPENAI_API_KEY: key },
    });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(exchange.headers.authorization).toBeUndefined();
    expect(await ended).toMatchObject({ code: 0 });
    expect(other.requests).toBe(0);
  });

  it('uses the first model that the server lists', async () => {
    const { ended } = start(['--base-url', baseURL, 'Hi']);
    const list = await server.next();
    sendJson(list, 200, { object: 'list', data: [{ id: 'first' }, { id: 'second' }] });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(list.path).toBe('/v1/models');
    expect(question(exchange)).toMatchObject({ model: 'first' });
    expect(await ended).toMatchObject({ code: 0, stdout: 'Hello\n' });
  });

  it('sends the system message before the prompt', async () => {
    const { ended } = start(['--base-url', baseURL, '-m', 'small', '-s', 'Be brief.', 'Hi']);
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(question(exchange)).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    });
    await ended;
  });

  it('prints each piece before the next arrives', async () => {
    const { shows, ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi']);
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    await shows('Hel');
    exchange.write(piece('lo'));
    await shows('Hello');
    exchange.end(ending);

    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('adds no line feed to an answer that ends with one', async () => {
    const { ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi']);
    streamText(await server.next(), 'Hello\n');

    expect((await ended).stdout).toBe('Hello\n');
  });

  it('joins surrogate halves that arrive in two pieces', async () => {
    const { ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi']);
    const [first, second] = '😀'.split('');
    streamText(await server.next(), `Hello ${first}`, `${second}!`);

    expect((await ended).stdout).toBe('Hello 😀!\n');
  });

  it('reports the token counts with --stats, or that there are none', async () => {
    const stats = async (...more: readonly string[]): Promise<string> => {
      const { ended } = start(['--base-url', baseURL, '-m', 'small', '--stats', 'Hi']);
      const exchange = await server.next();
      beginStream(exchange, piece('Hello'), ...more);
      exchange.end(ending);
      return (await ended).stderr;
    };

    expect(await stats(event(usageChunk(12, 34)))).toContain(' · 12 tokens in, 34 out · ');
    expect(await stats(event(usageChunk(1, 2)))).toContain(' · 1 token in, 2 out · ');
    expect(await stats()).toContain(' · no token counts from the server · ');
  });

  it('reports a refusal on stderr', async () => {
    const { ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi']);
    const exchange = await server.next();
    beginStream(exchange, event(chatChunk({ refusal: "I can't help with that." })));
    exchange.end(ending);

    expect(await ended).toEqual({ code: 0, stdout: '', stderr: "The model refused: I can't help with that.\n" });
  });

  it('ends although the server keeps the connection open', async () => {
    const { ended } = start(['--base-url', baseURL, '-m', 'small', 'Hi']);
    const exchange = await server.next();
    beginStream(exchange, piece('Hello'), ending);

    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
    expect(await exchange.over).toBe('cut');
  });
});
