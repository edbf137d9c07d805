import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, ending, piece, sendJson, streamText } from './model-server.js';
import { type Ended, run, start, turn, useVirtualTime } from './run-here.js';

describe('the arguments of rxllm', () => {
  let server: LoopbackServer;
  let requests: ServedExchange[];
  let folder: string;
  let environment: Readonly<Record<string, string>>;

  useVirtualTime();

  beforeEach(async () => {
    requests = [];
    folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
    writeFileSync(join(folder, 'file'), 'sk-0123456789abcdef\n');
    server = await startServer({
      answer: (exchange) => {
        if (exchange.path === '/v1/models') {
          sendJson(exchange, 200, { data: [{ id: 'first' }] });
        } else {
          requests.push(exchange);
          streamText(exchange, 'Hello');
        }
      },
    });
    environment = { OPENAI_BASE_URL: `${server.url}/v1` };
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await closeServers();
  });

  type Fields = Readonly<Record<string, unknown>>;

  /** Returns what the requests of one run asked, sorted by their model. */
  async function ask(
    parameters: readonly string[],
    input = '',
  ): Promise<Ended & { readonly asked: readonly Fields[] }> {
    const ended = await start(parameters, { input, environment }).ended;
    const asked = requests.map(({ path, body }) => {
      const { model, messages, prompt, temperature, max_tokens } = JSON.parse(body) as Fields;
      return { path, model, messages, prompt, temperature, max_tokens };
    });
    return { ...ended, asked: asked.sort((one, other) => (String(one.model) > String(other.model) ? 1 : -1)) };
  }

  const user = (content: string): Fields => ({ role: 'user', content });
  const chat = (content: string, fields: Fields = {}): Fields => ({
    path: '/v1/chat/completions',
    model: 'first',
    messages: [user(content)],
    ...fields,
  });
  const instructed = (system: string): Fields => ({ messages: [{ role: 'system', content: system }, user('Hi')] });

  it.each<readonly [string, readonly string[], readonly Fields[]]>([
    ['nothing', [], [chat('Hi')]],
    ['short options', ['-m', 'small', '-s', 'Be brief.'], [chat('Hi', { model: 'small', ...instructed('Be brief.') })]],
    ['numbers', ['-t', '0.5', '--max-tokens', '20'], [chat('Hi', { temperature: 0.5, max_tokens: 20 })]],
    ['numbers with an exponent', ['-t', '5e-1'], [chat('Hi', { temperature: 0.5 })]],
    ['a value that begins with a dash', ['--system=-', '-s-'], [chat('Hi', instructed('-'))]],
    [
      'several models',
      ['-m', 'small', '--model', 'large'],
      [chat('Hi', { model: 'large' }), chat('Hi', { model: 'small' })],
    ],
    ['the legacy endpoint', ['--legacy'], [{ path: '/v1/completions', model: 'first', prompt: 'Hi' }]],
  ])('accept %s', async (_, parameters, asked) => {
    expect(await ask(parameters, 'Hi')).toMatchObject({ code: 0, stderr: '', asked });
  });

  it.each([
    ['the name of a command after --', ['--', 'models'], 'models'],
    ['the name of a command among other words', ['model', 'serve', 'models'], 'model serve models'],
    ['the name of a command that takes no words, after --', ['--', 'serve', '8080'], 'serve 8080'],
    ['a command inside one argument', ['serve 8080'], 'serve 8080'],
    ['chat after --', ['--', 'chat', 'Hi'], 'chat Hi'],
    ['chat after other words', ['Hi', 'chat'], 'Hi chat'],
    ['a mistyped command after --', ['--', 'serv'], 'serv'],
    ['a mistyped command among other words', ['serv', 'it'], 'serv it'],
    ['words in one argument that resemble a command', ['a chat'], 'a chat'],
    ['a word that resembles no command', ['hello'], 'hello'],
    ['words that look like options', ['--', '-m', '--'], '-m --'],
  ])('accept as a prompt %s', async (_, parameters, prompt) => {
    expect(await ask(parameters)).toMatchObject({ code: 0, stdout: 'Hello\n', asked: [chat(prompt)] });
  });

  it('accept words among options', async () => {
    expect(await ask(['one', '--stats', 'two'])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^first token after/u) as string,
      asked: [chat('one two')],
    });
  });

  it('accept long options', async () => {
    environment = {};
    const key = `@${join(folder, 'file')}`;
    const { asked } = await ask(['--model=small', '--base-url', `${server.url}/v1`, '--key', key], 'Hi');

    expect(asked).toMatchObject([chat('Hi', { model: 'small' })]);
    expect(requests[0]!.headers.authorization).toBe('Bearer sk-0123456789abcdef');
  });

  it('accept a fraction of a second as the timeout, and no retries', async () => {
    const silent = await startServer();
    const { ended } = start([
      '-m',
      'small',
      '--base-url',
      `${silent.url}/v1`,
      '--timeout',
      '.5',
      '--retries',
      '0',
      'Hi',
    ]);
    await silent.next();
    jest.advanceTimersByTime(500);

    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining(' within 500 ms. ') as string });
    expect(silent.requests).toBe(1);
  });

  it('accept a timeout with an exponent', async () => {
    const slow = await startServer();
    const { ended } = start(['-m', 'small', '--base-url', `${slow.url}/v1`, '--timeout', '1e9', 'Hi']);
    const exchange = await slow.next();
    jest.advanceTimersByTime(3_600_000);
    streamText(exchange, 'Hello');

    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it.each([
    [['--delay=100'], 100],
    [['--delay', '1E3'], 1000],
  ])('accept %j', async (parameters, delay) => {
    const slow = await startServer();
    const { stdout, shows, ended } = start([...['-m', 'small', '--base-url', `${slow.url}/v1`], ...parameters, 'Hi']);
    const exchange = await slow.next();
    beginStream(exchange, piece('Hel'));
    await shows('Hel');
    exchange.write(piece('lo'));
    // Long enough for a piece to arrive.
    for (let turns = 0; turns < 100; turns += 1) {
      await turn();
    }
    jest.advanceTimersByTime(delay - 1);
    expect(stdout()).toBe('Hel');
    jest.advanceTimersByTime(1);
    await shows('Hello');
    exchange.end(ending);
    await ended;
  });

  const usage = (stdout: string): string | undefined => /^Usage: (?<line>.*)$/mu.exec(stdout)?.groups?.['line'];
  const programUsage = 'rxllm [options] [prompt …]';

  it.each(['--help', '-h'])('accept %s, whatever else is given', async (option) => {
    const { code, stdout } = await run(['Hi', option, '--model', ''], { environment });

    expect(code).toBe(0);
    expect(usage(stdout)).toBe(programUsage);
  });

  it.each(['--version', '-v'])('accept %s, whatever else is given', async (option) => {
    expect(await run(['Hi', option, '--model', ''], { environment })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^[\d.]+\n$/u) as string,
    });
  });

  it.each([
    ['a command', ['serve', '--port', '1', '-h'], 'rxllm serve [options]'],
    ['a command after it', ['--help', 'chat'], 'rxllm chat [options] [first prompt …]'],
    ['the name of a command after other words', ['Hi', 'chat', '-h'], programUsage],
    ['a mistyped command', ['serv', '--help'], programUsage],
  ])('accept --help with %s', async (_, parameters, line) => {
    const { code, stdout } = await run(parameters, { environment });

    expect(code).toBe(0);
    expect(usage(stdout)).toBe(line);
  });

  it.each<readonly [string, readonly string[], string, Fields]>([
    ['alone', ['chat'], 'Hi\n', chat('Hi')],
    ['with a first prompt', ['chat', 'Hi', 'there'], '', chat('Hi there')],
    ['with a first prompt that looks like an option', ['chat', '--', '--help', '--'], '', chat('--help --')],
    [
      'with options on both sides',
      ['-m', 'chat', 'chat', '-s', 'x'],
      'Hi\n',
      chat('Hi', { model: 'chat', ...instructed('x') }),
    ],
  ])('accept chat %s', async (_, parameters, input, first) => {
    const { code, asked } = await ask(parameters, input);

    expect(code).toBe(0);
    expect(asked).toMatchObject([first]);
  });

  it('accept models with options', async () => {
    const { code, stdout } = await run(['models', '--json', '--retries', '0'], { environment });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'first' });
    const failing = await startServer({ answer: (exchange) => sendJson(exchange, 500, {}) });
    expect(await run(['models', '--base-url', `${failing.url}/v1`, '--retries', '0'], { environment })).toMatchObject({
      code: 1,
    });
    expect(failing.requests).toBe(1);
  });

  interface Serving {
    readonly baseURL: string;
    readonly stop: () => void;
  }

  async function serve(...parameters: readonly string[]): Promise<Serving> {
    const { stdout, shows, stop } = start(['serve', ...parameters]);
    await shows("}'\n");
    return { baseURL: /http:\S+\/v1/u.exec(stdout())![0], stop };
  }

  function post(baseURL: string, content: string, key = ''): Promise<Response> {
    const body = JSON.stringify({ model: 'echo', stream: true, messages: [user(content)] });
    return fetch(`${baseURL}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
  }

  it('accept serve with options', async () => {
    const port = await freePort();
    const { baseURL, stop } = await serve(
      ...['--port', port, '--models', 'echo, docs,echo', '--tokens-per-second=0', '--key', `@${join(folder, 'file')}`],
      ...['--rate-limit', '3/10s'],
    );
    const authorization = 'Bearer sk-0123456789abcdef';
    const models = await fetch(`${baseURL}/models`, { headers: { authorization } });

    expect(new URL(baseURL).port).toBe(port);
    expect(((await models.json()) as { data: readonly Fields[] }).data.map(({ id }) => id)).toEqual(['echo', 'docs']);
    expect((await post(baseURL, 'Hi')).status).toBe(401);
    // Time stands still, so no pace could go on.
    const answer = await post(baseURL, 'one two three', 'sk-0123456789abcdef');
    expect(await answer.text()).toContain(' three');
    expect(answer.headers.get('x-ratelimit-limit-requests')).toBe('3');
    expect(answer.headers.get('x-ratelimit-reset-requests')).toBe('10s');
    stop();
  });

  it.each([
    ['60/m', '60', '1m0s'],
    ['1/500ms', '1', '500ms'],
    ['20/1.5h', '20', '1h30m0s'],
  ])('accept the rate limit %s', async (limit, count, window) => {
    const { baseURL, stop } = await serve('--rate-limit', limit, '--tokens-per-second', '0');
    const { headers } = await post(baseURL, 'Hi');

    expect(headers.get('x-ratelimit-limit-requests')).toBe(count);
    expect(headers.get('x-ratelimit-reset-requests')).toBe(window);
    stop();
  });

  const address = 'must be a URL that begins with http:// or https://, such as http://localhost:11434/v1';

  it.each([
    ['an unknown option', ['--frobnicate'], 'Unknown option --frobnicate; put -- before words that begin with a dash'],
    ['a negative number', ['-1 + 1 = ?'], 'Unknown option -1; put -- before words that begin with a dash'],
    ['an option with a letter too many', ['--modell', 'x'], 'Unknown option --modell (did you mean --model?)'],
    ['an option with a letter too few', ['--retrys=3'], 'Unknown option --retrys (did you mean --retries?)'],
    [
      'an option spelled differently',
      ['--max_tokens', '3'],
      'Unknown option --max_tokens (did you mean --max-tokens?)',
    ],
    [
      'help as a command',
      ['help'],
      "Unknown command 'help'; did you mean --help? To send it as a prompt: rxllm -- help",
    ],
    ['version as a command', ['version', '-t', '1'], "Unknown command 'version'; did you mean --version?"],
    ['a shortened option', ['--temp', '3'], 'Unknown option --temp (did you mean --temperature?)'],
    [
      'a shortened option of prompts for serve',
      ['serve', '--temp', '1'],
      '--temp; put -- before words that begin with a dash',
    ],
    [
      'a shortened option of serve',
      ['serve', '--tokens', '3'],
      'Unknown option --tokens (did you mean --tokens-per-second?)',
    ],
    ['an ambiguous shortened option', ['--tokens', '3'], 'Unknown option --tokens (did you mean --max-tokens?)'],
    ['a shortened option for models', ['models', '--tim', '3'], 'Unknown option --tim (did you mean --timeout?)'],
    ['a letter too few in models', ['model'], "Unknown command 'model'; did you mean models?"],
    ['a letter too many in chat', ['chatt', '-t', '1'], 'To send it as a prompt: rxllm -- chatt'],
    ['a missing value', ['Hi', '--model'], '--model needs a value'],
    [
      'an option in place of a value',
      ['-m', '--stats'],
      '--model needs a value; if it begins with a dash, write --model=VALUE',
    ],
    ['a value for a switch', ['--stats=yes'], '--stats takes no value'],
    [
      'words for serve',
      ['serve', '8080'],
      'serve takes the port as --port N; to send those words as a prompt, put -- before',
    ],
    ['words for serve with its port', ['serve', '8080', '--port', '0'], 'put -- before them: rxllm -- serve 8080'],
    ['words for serve after --', ['serve', '--', '80'], 'serve takes the port as --port N'],
    ['a prompt that begins with serve', ['serve', 'tea', '8080'], 'serve takes no arguments; to send those words'],
    [
      'words for models',
      ['--json', 'models', 'extra'],
      'models takes no arguments; to send those words as a prompt, put --',
    ],
    ['many words for models', ['models', 'of '.repeat(20)], 'before them: rxllm -- models … See rxllm --help.'],
    ['an option that models does not have', ['models', '-t', '1'], 'models has no option --temperature'],
    ['a switch that models does not have', ['models', '--no-stream'], 'models has no option --no-stream'],
    ['an option of serve for models', ['models', '--port', '1'], 'models has no option --port'],
    ['a temperature below 0', ['-t', '-1'], '--temperature must be a number, 0 or more'],
    ['a delay below 0', ['--delay', '-4'], '--delay must be a number of milliseconds from 0 to 60000'],
    ['an empty value', ['--system', ' ', 'Hi'], '--system needs a value'],
    ['a key file without a name', ['--key', '@'], '--key @ needs a file name'],
    ['a system message for --legacy', ['--legacy', '-s', 'Hi'], '--legacy has no system message'],
    ['--legacy for a conversation', ['chat', '--legacy'], 'chat has no option --legacy'],
    [
      '--legacy with --responses',
      ['--legacy', '--responses', 'Hi'],
      '--legacy and --responses exclude each other: leave one out',
    ],
    ['--responses for a conversation', ['chat', '--responses'], 'chat has no option --responses'],
    ['--responses for models', ['models', '--responses'], 'models has no option --responses'],
    ['--responses for serve', ['serve', '--responses'], 'serve has no option --responses'],
    ['several models for a conversation', ['chat', '-m', 'a', '-m', 'b'], 'chat talks to one model'],
    ['a fraction of a retry', ['--retries', '0.5'], '--retries must be a whole number, 0 or more'],
    ['an empty model among others', ['-m', 'small', '-m', ''], '--model needs a value'],
    ['a port that does not exist', ['serve', '--port', '65536'], '--port must be a whole number from 0 to 65535'],
    [
      'an unknown built-in model',
      ['serve', '--models', 'echo,gpt'],
      'Unknown model gpt in --models; choose from docs, echo',
    ],
    [
      'an empty name in a list of models',
      ['serve', '--models', 'echo,'],
      'Empty name in --models; choose from docs, echo',
    ],
    ['a limit without a time', ['serve', '--rate-limit', '3'], '--rate-limit must be a number of requests and a time'],
    ['a limit in words', ['serve', '--rate-limit', '3 per s'], 'such as 3/10s, 60/m or 1/500ms'],
    ['a limit of 0', ['serve', '--rate-limit', '0/s'], '--rate-limit must be'],
    ['a limit in 0 s', ['serve', '--rate-limit', '3/0s'], '--rate-limit must be'],
    ['an option of serve for a prompt', ['--port', '80', 'Hi'], '--port is an option of rxllm serve only'],
    ['an option that serve does not have', ['serve', '-m', 'small'], 'serve has no option --model'],
    ['a temperature in words', ['-t', 'hot'], '--temperature must be a number, 0 or more, such as 0.7'],
    ['an infinite number', ['--timeout', 'Infinity'], '--timeout must be a number of seconds above 0'],
    ['a timeout of 0', ['--timeout', '0'], '--timeout must be a number of seconds above 0'],
    ['a fraction of a token', ['--max-tokens', '1.5'], '--max-tokens must be a whole number, 1 or more'],
    ['a delay above the maximum', ['--delay', '60001'], '--delay must be a number of milliseconds from 0 to 60000'],
    ['--json with --no-stream', ['--json', '--no-stream'], '--json and --no-stream exclude each other'],
    ['an address without http://', ['--base-url', 'localhost:11434/v1'], `--base-url ${address}`],
    ['an address of another protocol', ['--base-url', 'ftp://x'], `--base-url ${address}`],
    [
      'an endpoint in an address',
      ['--base-url', 'http://localhost/v1/chat/completions'],
      '--base-url must end before /chat/completions, since the client adds the endpoint',
    ],
    ['an incomplete address', ['--base-url', 'http://'], `--base-url ${address}`],
    [
      'a password in an address',
      ['--base-url', 'http://me:secret@localhost/v1'],
      '--base-url must not contain a user name',
    ],
  ])('refuse %s, in one line', async (_, parameters, reason) => {
    const { code, stdout, stderr } = await run(parameters, { environment });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).toMatch(/^rxllm: [^\n]+[.…] See rxllm --help\.\n$/u);
    expect(stderr).not.toContain('secret');
  });

  it.each([
    [['--modell', 'x'], 'model'],
    [['--mode', 'x'], 'model'],
    [['serve', '--modles', 'x'], 'models'],
    [['--kez', 'x'], 'key'],
    [['--maxtokens', '3'], 'max-tokens'],
    [['--stream'], 'no-stream'],
    [['chat', '--jsn'], 'json'],
    [['--delya', '3'], 'delay'],
    [['--frobnicate'], undefined],
    [['--say'], undefined],
    [['--k'], undefined],
    [['--=x'], undefined],
  ])('answer %j with the suggestion %s', async (parameters, name) => {
    const suggestion =
      name === undefined ? '; put -- before words that begin with a dash' : ` (did you mean --${name}?)`;
    const { code, stderr } = await run(parameters, { environment });

    expect(code).toBe(2);
    expect(stderr).toContain(suggestion);
  });
});

/** Returns a port on which nothing listens. */
async function freePort(): Promise<string> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  other.close();
  await once(other, 'close');
  return String(port);
}
