import { closeServers, deserted, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { chatChunk } from '../support/chunks.js';
import { beginStream, ending, event, piece, sendJson, streamText } from './model-server.js';
import { run, type Running, start } from './run-here.js';
import { startProgram } from './run-program.js';

describe('rxllm chat', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function chat(input: string | undefined, ...parameters: readonly string[]): Running {
    const common = ['--base-url', `${server.url}/v1`, '--retries', '0'];
    return start(['chat', ...common, ...parameters], { input });
  }

  function sent({ body }: ServedExchange): Record<string, unknown> {
    return JSON.parse(body) as Record<string, unknown>;
  }

  function streamEnd(exchange: ServedExchange): void {
    beginStream(exchange);
    exchange.end('data: [DONE]\n\n');
  }

  const user = (content: string): object => ({ role: 'user', content });
  const assistant = (content: string): object => ({ role: 'assistant', content });

  it('treats each line of a pipe as a prompt, and prints only the answers', async () => {
    const { ended } = chat('one\n  \n\ntwo\r\nthree', '-m', 'small', '-t', '0.5', '--max-tokens', '9');
    const first = await server.next();
    streamText(first, 'a');
    streamText(await server.next(), 'b\n');
    const third = await server.next();
    streamText(third, 'c');

    expect(await ended).toEqual({ code: 0, stdout: 'a\nb\nc\n', stderr: '' });
    expect(sent(first)).toMatchObject({ model: 'small', temperature: 0.5, max_tokens: 9, messages: [user('one')] });
    expect(sent(third)['messages']).toEqual([
      user('one'),
      assistant('a'),
      user('two'),
      assistant('b\n'),
      user('three'),
    ]);
  });

  it('answers each line of a pipe without waiting for the next', async () => {
    const { stdin, shows, ended } = chat(undefined, '-m', 'small', 'zero');
    streamText(await server.next(), 'first answer');
    await shows('first answer\n');
    stdin.write('one\n');
    streamText(await server.next(), 'second answer');
    await shows('second answer\n');
    stdin.end();

    expect(await ended).toEqual({ code: 0, stdout: 'first answer\nsecond answer\n', stderr: '' });
  });

  it('goes on after an answer without a chunk', async () => {
    const { ended } = chat('one\ntwo', '-m', 'small');
    streamEnd(await server.next());
    streamText(await server.next(), 'b');

    expect(await ended).toEqual({ code: 0, stdout: 'b\n', stderr: 'The model returned no text.\n' });
  });

  it('uses the first model that the server lists', async () => {
    const { ended } = chat('one\ntwo\n');
    sendJson(await server.next(), 200, { data: [{ id: 'first' }, { id: 'second' }] });
    const exchanges = [await server.next()];
    streamText(exchanges[0]!, 'a');
    exchanges.push(await server.next());
    streamText(exchanges[1]!, 'b');

    expect(exchanges.map((exchange) => sent(exchange)['model'])).toEqual(['first', 'first']);
    expect(await ended).toMatchObject({ code: 0, stdout: 'a\nb\n' });
  });

  it('prints a failed turn in one line, continues, and exits with 1', async () => {
    const { ended } = chat('one\ntwo\nthree\n', '-m', 'small');
    sendJson(await server.next(), 500, { error: { message: 'Oops' } });
    const second = await server.next();
    beginStream(second, piece('Hel'));
    second.end();
    const third = await server.next();
    streamText(third, 'c');

    expect(sent(second)['messages']).toEqual([user('one'), user('two')]);
    expect(sent(third)['messages']).toEqual([user('one'), user('two'), assistant('Hel'), user('three')]);
    expect(await ended).toEqual({
      code: 1,
      stdout: 'Hel\nc\n',
      stderr:
        'rxllm: 500 Oops. Try again later.\nrxllm: The stream ended early: not every choice has a finish reason, and [DONE] is missing. The answer is incomplete: try again.\n',
    });
  });

  it.each([
    [400, 'This is too long', 'Check the prompt and the options.'],
    [413, 'This is too large', 'Check the prompt and the options.'],
    [403, 'This was flagged', 'Choose another --model, or a key with access to this one.'],
  ])(
    'leaves out of the conversation a prompt that the server refuses with %d, and says so',
    async (status, message, advice) => {
      const { ended } = chat('one\ntwo\nthree\n', '-m', 'small');
      streamText(await server.next(), 'a');
      sendJson(await server.next(), status, { error: { message } });
      const third = await server.next();
      streamText(third, 'c');

      expect(sent(third)['messages']).toEqual([user('one'), assistant('a'), user('three')]);
      expect(await ended).toEqual({
        code: 1,
        stdout: 'a\nc\n',
        stderr: `rxllm: ${status} ${message}. ${advice} The conversation goes on without this prompt.\n`,
      });
    },
  );

  it('keeps a prompt that the server may answer later', async () => {
    const { ended } = chat('one\ntwo\n', '-m', 'small');
    sendJson(await server.next(), 429, { error: { message: 'Slow down' } });
    const second = await server.next();
    streamText(second, 'b');

    expect(sent(second)['messages']).toEqual([user('one'), user('two')]);
    expect(await ended).toEqual({ code: 1, stdout: 'b\n', stderr: 'rxllm: 429 Slow down. Try again later.\n' });
  });

  it('retries a turn as often as --retries says, and says so', async () => {
    const { ended } = chat('one\ntwo\n', '-m', 'small', '--retries', '1');
    const first = await server.next();
    sendJson(first, 429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '1' });
    const again = await server.next();
    streamText(again, 'a');
    const second = await server.next();
    streamText(second, 'b');

    expect(sent(again)).toEqual(sent(first));
    expect(sent(second)['messages']).toEqual([user('one'), assistant('a'), user('two')]);
    expect(await ended).toEqual({ code: 0, stdout: 'a\nb\n', stderr: 'rate limited, retrying in 1 s\n' });
  });

  it('sends the instructions first with each prompt, and a refusal as the answer it was', async () => {
    const { ended } = chat('one\ntwo\n', '-m', 'small', '-s', 'Be brief.');
    const system = { role: 'system', content: 'Be brief.' };
    const first = await server.next();
    beginStream(first, event(chatChunk({ refusal: 'No' })));
    first.end(ending);
    const second = await server.next();
    streamText(second, 'b');

    expect(sent(second)['messages']).toEqual([system, user('one'), assistant('No'), user('two')]);
    expect(await ended).toEqual({ code: 0, stdout: 'b\n', stderr: 'The model refused: No\n' });
  });

  it('suggests models when the given one does not exist', async () => {
    const { ended } = chat('one\n', '-m', 'huge');
    sendJson(await server.next(), 404, { error: { message: 'The model `huge` does not exist' } });
    sendJson(await server.next(), 200, { data: [{ id: 'tiny' }] });

    expect(await ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rxllm: 404 The model `huge` does not exist. Choose another with --model, for example: tiny.\n',
    });
  });

  it('reports a server that is down', async () => {
    const url = await deserted();

    expect(await run(['chat', '--base-url', `${url}/v1`, '-m', 'small', '--retries', '0', 'Hi'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxllm: No answer from ${url} (ECONNREFUSED). Check that the server is running and the base URL is right.\n`,
    });
  });

  it('gives up on an answer after --timeout of silence, keeps its text, and continues', async () => {
    const { ended } = chat('one\ntwo\n', '-m', 'small', '--timeout', '2');
    const first = await server.next();
    beginStream(first, piece('Hel'));
    const second = await server.next();
    streamText(second, 'lo');

    expect(await first.over).toBe('cut');
    expect(sent(second)['messages']).toEqual([user('one'), assistant('Hel'), user('two')]);
    expect(await ended).toEqual({
      code: 1,
      stdout: 'Hel\nlo\n',
      stderr: 'rxllm: The stream fell silent for 2000 ms. Try again, or wait longer with --timeout.\n',
    });
  });

  it('leaves out of the conversation a broken answer that --no-stream did not print', async () => {
    const { ended } = chat('one\ntwo\n', '-m', 'small', '--no-stream');
    const first = await server.next();
    beginStream(first, piece('Hel'));
    first.end();
    const second = await server.next();
    streamText(second, 'lo');

    expect(sent(second)['messages']).toEqual([user('one'), user('two')]);
    expect(await ended).toMatchObject({ code: 1, stdout: 'lo\n' });
  });

  it('prints the chunks of all answers with --json, and a report of each with --stats', async () => {
    const { ended } = chat('one\ntwo\n', '-m', 'small', '--json', '--stats');
    streamText(await server.next(), 'a');
    const second = await server.next();
    streamText(second, 'b');
    const { code, stdout, stderr } = await ended;

    expect(sent(second)['messages']).toEqual([user('one'), assistant('a'), user('two')]);
    expect(stdout).toMatch(/^(\{[^\n]+\}\n){4}$/u);
    expect(stderr).toMatch(/^(first token after [^\n]+\n){2}$/u);
    expect(code).toBe(0);
  });

  it('ends when nobody reads its output any more', async () => {
    const parameters = ['chat', '--base-url', `${server.url}/v1`, '-m', 'small', 'one'];
    const { child, shows, ended } = startProgram(parameters, { input: undefined });
    const exchange = await server.next();
    beginStream(exchange, piece('Hello\n'));
    await shows('Hello\n');
    child.stdout.destroy();
    exchange.write(piece('world\n'));

    expect(await exchange.over).toBe('cut');
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('prints nothing if all lines are blank', async () => {
    expect(await chat('\n \n', '-m', 'small').ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(server.requests).toBe(0);
  });

  const mistakes: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['-m', 'a', '-m', 'b'], 2, /^rxllm: chat talks to one model: give --model once\. See[^\n]*\n$/u],
    [['--key', '@/no/such'], 1, /^rxllm: Cannot read the key file \/no\/such \([^\n]*\)\. Check[^\n]*\n$/u],
  ];

  it('refuses wrong usage in one line', async () => {
    await Promise.all(
      mistakes.map(async ([parameters, code, line]) => {
        const stderr = expect.stringMatching(line) as string;

        expect(await run(['chat', ...parameters], { input: 'Hi\n' })).toEqual({ code, stdout: '', stderr });
      }),
    );
  });
});
