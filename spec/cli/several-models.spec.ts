import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, ending, piece, sendJson, streamText } from './model-server.js';
import { run, type Running, start } from './run-here.js';
import { type RunningProgram, startProgram } from './run-program.js';

describe('rxllm with several models', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  interface Exchanges {
    readonly small: ServedExchange;
    readonly gigantic: ServedExchange;
  }

  function ask(...parameters: readonly string[]): Promise<Running & Exchanges> {
    return askBy(start, parameters);
  }

  function askProgram(...parameters: readonly string[]): Promise<RunningProgram & Exchanges> {
    return askBy(startProgram, parameters);
  }

  /** Asks two models, and returns the exchange of each. */
  async function askBy<Run>(
    begin: (parameters: readonly string[]) => Run,
    parameters: readonly string[],
  ): Promise<Run & Exchanges> {
    const running = begin(['--base-url', `${server.url}/v1`, '-m', 'small', '-m', 'gigantic', ...parameters, 'Hi']);
    const exchanges = [await server.next(), await server.next()];
    const of = (model: string): ServedExchange =>
      exchanges.find(({ body }) => (JSON.parse(body) as { model: string }).model === model)!;
    return { ...running, small: of('small'), gigantic: of('gigantic') };
  }

  it('prints their answers at the same time, line by line', async () => {
    const { small, gigantic, shows, ended } = await ask();
    beginStream(gigantic, piece('one\ntw'));
    await shows('gigantic │ one\n');
    beginStream(small, piece('ONE\n'), piece('\n'));
    await shows('small    │ ONE\n');
    gigantic.end(piece('o') + ending);
    await shows('gigantic │ two\n');
    small.end(piece('TWO') + ending);

    expect(await ended).toEqual({
      code: 0,
      stdout: 'gigantic │ one\nsmall    │ ONE\nsmall    │ \ngigantic │ two\nsmall    │ TWO\n',
      stderr: '',
    });
  });

  it('continues when one fails, and keeps its text', async () => {
    const { small, gigantic, ended, shows } = await ask();
    beginStream(small, piece('Hel'));
    small.end();
    await shows('small    │ Hel\n');
    streamText(gigantic, 'Hello');

    expect(await ended).toEqual({
      code: 1,
      stdout: 'small    │ Hel\ngigantic │ Hello\n',
      stderr:
        'rxllm: small: The stream ended early: not every choice has a finish reason, and [DONE] is missing. The answer is incomplete: try again.\n',
    });
  });

  it('labels waits and reports on stderr', async () => {
    const { small, gigantic, ended } = await ask('--stats');
    sendJson(small, 429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '1' });
    streamText(await server.next(), 'Hello');
    streamText(gigantic, 'Hello');
    const { code, stderr } = await ended;

    expect(stderr).toContain('small    │ rate limited, retrying in 1 s\n');
    expect(stderr).toContain('small    │ first token after');
    expect(stderr).toContain('gigantic │ first token after');
    expect(code).toBe(0);
  });

  it('labels the chunks of --json', async () => {
    const { small, gigantic, ended } = await ask('--json');
    streamText(small, 'one');
    streamText(gigantic, 'ONE');
    const { stdout } = await ended;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

    expect(lines).toHaveLength(4);
    expect(lines).toContainEqual({ label: 'small', value: expect.objectContaining({ id: 'chat-1' }) as unknown });
    expect(lines).toContainEqual({ label: 'gigantic', value: expect.objectContaining({ id: 'chat-1' }) as unknown });
  });

  it.each([
    ['as it arrives', []],
    ['at most once per --delay', ['--delay', '60000']],
  ])('stops on SIGINT, and prints the lines that had begun, with text written %s', async (_, options) => {
    const { small, gigantic, child, ended, shows } = await askProgram(...options);
    beginStream(gigantic, piece('one\ntwo\nthr'));
    await shows('one\n');
    child.kill('SIGINT');

    expect(await Promise.all([small.over, gigantic.over])).toEqual(['cut', 'cut']);
    const stdout = ['one', 'two', 'thr'].map((line) => `gigantic │ ${line}\n`).join('');
    expect(await ended).toEqual({ code: 130, stdout, stderr: '' });
  });

  it('prints nothing with --no-stream if stopped by SIGINT', async () => {
    const { small, gigantic, child, ended } = await askProgram('--no-stream');
    beginStream(small, piece('ONE\nTW'));
    child.kill('SIGINT');

    expect(await Promise.all([small.over, gigantic.over])).toEqual(['cut', 'cut']);
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  it('numbers a model that is given twice', async () => {
    const { ended } = start(['--base-url', `${server.url}/v1`, '-m', 'small', '-m', 'small', 'Hi']);
    streamText(await server.next(), 'one');
    sendJson(await server.next(), 400, { error: { message: 'Oops' } });
    const { stdout, stderr } = await ended;
    const [, answered] = /^small ([12]) │ one\n$/u.exec(stdout)!;

    expect(stderr).toContain(`rxllm: small ${answered === '1' ? 2 : 1}: 400 Oops.`);
  });

  it('numbers only models that are given more than once', async () => {
    const { url } = await startServer({ answer: (exchange) => streamText(exchange, 'Hello') });
    const models = ['-m', 'a', '-m', 'b', '-m', 'a', '-m', 'a'];
    const { stdout } = await run(['--base-url', `${url}/v1`, ...models, 'Hi']);

    expect(stdout.split('\n').sort()).toEqual(['', 'a 1 │ Hello', 'a 2 │ Hello', 'a 3 │ Hello', 'b   │ Hello']);
  });

  it('cancels all requests when nobody reads the output any more', async () => {
    const { small, gigantic, child, ended, shows } = await askProgram();
    beginStream(gigantic, piece('one\n'));
    await shows('one\n');
    child.stdout.destroy();
    gigantic.write(piece('two\n'));

    expect(await Promise.all([small.over, gigantic.over])).toEqual(['cut', 'cut']);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
