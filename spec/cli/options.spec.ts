import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { beginStream, ending, piece, streamText } from './model-server.js';
import { run, type Running, start } from './run-here.js';

describe('rxllm with options', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(...parameters: readonly string[]): Running {
    return start(['--base-url', `${server.url}/v1`, '-m', 'small', '--retries', '0', ...parameters, 'Hi']);
  }

  it('sends the temperature and the token limit', async () => {
    const { ended } = ask('-t', '0', '--max-tokens', '20');
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(JSON.parse(exchange.body)).toMatchObject({ temperature: 0, max_tokens: 20 });
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('refuses an invalid number in one line', async () => {
    expect(await run(['--max-tokens', 'many', 'Hi'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'rxllm: --max-tokens must be a whole number, 1 or more. See rxllm --help.\n',
    });
  });

  it('gives up on a server that does not answer within --timeout', async () => {
    const overs: Promise<unknown>[] = [];
    // On a busy machine the time may pass before the request arrives.
    const { url } = await startServer({ answer: ({ over }) => overs.push(over) });

    expect(await run(['--base-url', `${url}/v1`, '-m', 'small', '--retries', '0', '--timeout', '0.2', 'Hi'])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^rxllm: [^\n]+ within 200 ms\. Try again, or wait longer with --timeout\.\n$/u,
      ) as string,
    });
    expect(await Promise.all(overs)).toEqual(overs.map(() => 'cut'));
  });

  it('gives up on an answer after --timeout of silence, and keeps its text', async () => {
    const { ended } = ask('--timeout', '3');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));

    expect(await exchange.over).toBe('cut');
    expect(await ended).toEqual({
      code: 1,
      stdout: 'Hel\n',
      stderr: 'rxllm: The stream fell silent for 3000 ms. Try again, or wait longer with --timeout.\n',
    });
  });

  it('prints nothing before the end with --no-stream', async () => {
    const { written, ended } = ask('--no-stream');
    streamText(await server.next(), ...'Hello, world!'.split(''));

    expect(await ended).toEqual({ code: 0, stdout: 'Hello, world!\n', stderr: '' });
    expect(written[0]).toMatch(/^Hello, world!/u);
  });

  it('prints nothing of a broken answer with --no-stream', async () => {
    const { ended } = ask('--no-stream');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    exchange.end();

    expect(await ended).toMatchObject({ code: 1, stdout: '' });
  });

  it('writes at most once per --delay, and loses nothing', async () => {
    const { written, ended, shows } = ask('--delay', '60000');
    const exchange = await server.next();
    beginStream(exchange, piece('one '));
    await shows('one ');
    ['two ', 'three ', 'four'].forEach((word) => exchange.write(piece(word)));
    exchange.end(ending);

    expect(await ended).toEqual({ code: 0, stdout: 'one two three four\n', stderr: '' });
    expect(written[0]).toBe('one ');
    expect(written[1]).toMatch(/^two three four/u);
  });

  it('prints each chunk as a line of JSON with --json, and nothing else', async () => {
    const { ended } = ask('--json', '--stats');
    streamText(await server.next(), 'Hel\n', 'lo');
    const { code, stdout, stderr } = await ended;

    expect(stdout.split('\n').map((line) => (line === '' ? '' : (JSON.parse(line) as unknown)))).toEqual([
      expect.objectContaining({ choices: [{ index: 0, delta: { content: 'Hel\n' } }] }),
      expect.objectContaining({ choices: [{ index: 0, delta: { content: 'lo' } }] }),
      expect.objectContaining({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      '',
    ]);
    expect(stderr).toContain('first token after');
    expect(code).toBe(0);
  });

  it('keeps the chunks before an error with --json', async () => {
    const { ended } = ask('--json');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    exchange.end();

    expect(await ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^\{[^\n]+\}\n$/u) as string });
  });
});
