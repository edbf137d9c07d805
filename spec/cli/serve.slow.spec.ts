import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run-here.js';
import { type RunningProgram, startProgram } from './run-program.js';

describe('rxllm serve', () => {
  const key = 'sk-0123456789abcdef';

  interface Serving extends RunningProgram {
    readonly baseURL: string;
    readonly printed: string;
    /** Resolves when stderr holds a line. */
    readonly logs: (line: RegExp) => Promise<void>;
  }

  async function serve(...parameters: readonly string[]): Promise<Serving> {
    const running = startProgram(['serve', ...parameters], { input: undefined });
    let printed = '';
    let log = '';
    running.child.stdout.on('data', (text: string) => (printed += text));
    running.child.stderr.on('data', (text: string) => (log += text));
    await running.shows("}'\n");
    const logs = async (line: RegExp): Promise<void> => {
      while (!line.test(log)) {
        await once(running.child.stderr, 'data');
      }
    };
    return { ...running, logs, printed, baseURL: /http:\S+\/v1/u.exec(printed)![0] };
  }

  it('prints its address and an example, answers, and logs the request', async () => {
    const { child, ended, baseURL, printed, logs } = await serve('--tokens-per-second', '0');

    expect(printed).toMatch(
      /^Listening on http:\/\/127\.0\.0\.1:\d+\/v1 \(Ctrl-C to stop\)\.\nIt answers [^\n]+\. Try it:\ncurl [^\n]+\n$/u,
    );
    expect(printed).toContain('/chat/completions, /completions, /responses, /embeddings and /moderations');
    expect(printed).toContain(`curl -N ${baseURL}/chat/completions -H 'content-type`);
    expect(await run(['--base-url', baseURL, '-m', 'echo', 'Hello'])).toEqual({
      code: 0,
      stdout: 'Hello\n',
      stderr: '',
    });

    await logs(/ms\n$/u);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(stdout).toBe(printed);
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d POST \/v1\/chat\/completions echo 200 \d+ ms\n$/u);
    expect(code).toBe(130);
  });

  it('logs a client that disconnects', async () => {
    const { baseURL, logs } = await serve('--tokens-per-second', '20');
    const asking = startProgram(['--base-url', baseURL, '-m', 'echo', 'word '.repeat(10_000)]);
    await asking.shows('word');
    asking.child.kill('SIGINT');
    await asking.ended;

    await logs(/ POST \/v1\/chat\/completions echo 200 \d+ ms aborted\n$/u);
  });

  it('logs each request as one line of visible characters, whatever a client sends', async () => {
    const { child, ended, baseURL, logs } = await serve();
    await fetch(`${baseURL}/models`);
    await logs(/^\d\d:\d\d:\d\d GET \/v1\/models - 200 \d+ ms\n$/u);
    await post(baseURL, 'a\n03:04:06 GET\u001b[2J\u202e');
    await logs(/ POST \/v1\/chat\/completions a\\u\{a\}03:04:06\\u\{20\}GET\\u\{1b\}\[2J\\u\{202e\} 404 \d+ ms\n$/u);
    await fetch(`${baseURL.slice(0, -3)}/${'x'.repeat(200)}`);
    await logs(/ GET \/x{99}… - 404 \d+ ms\n$/u);
    const { hostname, port } = new URL(baseURL);
    const socket = connect(Number(port), hostname);
    socket.end('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{');
    await logs(/ POST \/v1\/chat\/completions - - \d+ ms aborted\n$/u);

    child.kill('SIGINT');
    expect((await ended).stderr.trimEnd().split('\n')).toHaveLength(4);
  });

  it('closes and logs open streams on SIGINT', async () => {
    const { child, ended, baseURL } = await serve('--tokens-per-second', '20');
    const asking = startProgram(['--base-url', baseURL, '-m', 'echo', 'word '.repeat(10_000)]);
    await asking.shows('word');
    child.kill('SIGINT');

    expect(await ended).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/^[\d:]+ POST \/v1\/chat\/completions echo 200 \d+ ms broken\n$/u) as string,
    });
    expect(await asking.ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^word.*\n$/u) as string });
  });

  it('offers only the models of --models, and limits requests by --rate-limit', async () => {
    const { baseURL, printed, logs } = await serve('--models', 'echo', '--rate-limit', '1/h');
    const ask = (): ReturnType<typeof run> => run(['--base-url', baseURL, '--retries', '0', 'Hello']);

    expect(printed).toContain(`-d '{"model":"echo",`);
    expect(await run(['models', '--base-url', baseURL])).toMatchObject({ stdout: 'echo\n' });
    expect(await ask()).toMatchObject({ code: 0, stdout: 'Hello\n' });
    expect(await ask()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('429 Rate limit reached: 1 per 1h0m0s.') as string,
    });
    await logs(/ echo 200 \d+ ms\n.* POST \/v1\/chat\/completions - 429 \d+ ms\n$/su);
  });

  it.each(['as an argument', 'from a file'])('requires a key given %s, and never prints it', async (source) => {
    const folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
    const file = join(folder, 'server.key');
    writeFileSync(file, `${key}\n`);
    const { baseURL, child, ended, printed } = await serve('--key', source === 'from a file' ? `@${file}` : key);
    rmSync(folder, { recursive: true });

    expect(printed).toContain(`/chat/completions -H "authorization: Bearer $OPENAI_API_KEY" -H 'content-type`);
    expect(await run(['models', '--base-url', baseURL])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^rxllm: 401 This server requires a key/u) as string,
    });
    expect(await run(['models', '--base-url', baseURL, '--key', key])).toMatchObject({
      code: 0,
      stdout: 'docs\necho\n',
    });
    await fetch(`${baseURL}/${key}?key=${key}`, { headers: { authorization: `Bearer ${key}` } });
    await fetch(`${baseURL}/models`, { headers: { authorization: `Bearer ${key}x` } });
    await post(baseURL, key, key);

    child.kill('SIGINT');
    const { stdout, stderr } = await ended;
    expect(stderr).toContain(' GET /v1/[redacted] - 404 ');
    expect(stderr).toContain(' POST /v1/chat/completions [redacted] 404 ');
    expect(stdout + stderr).not.toContain(key);
  });

  it.each([
    [
      'an unknown model',
      ['--models', 'gpt'],
      2,
      'Unknown model gpt in --models; choose from docs, echo. See rxllm --help.',
    ],
    [
      'an invalid limit',
      ['--rate-limit', 'often'],
      2,
      '--rate-limit must be a number of requests and a time, such as 3/10s, 60/m or 1/500ms. See rxllm --help.',
    ],
    [
      'a key that no client could send',
      ['--key', `${key} ${key}`],
      1,
      'The key must consist of visible ASCII characters, without spaces. Check --key.',
    ],
  ])('refuses %s in one line, without the key', async (_, parameters, code, line) => {
    expect(await run(['serve', ...parameters])).toEqual({ code, stdout: '', stderr: `rxllm: ${line}\n` });
  });

  it('explains that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    expect(await run(['serve', '--port', String(port)])).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxllm: The local server cannot listen on 127.0.0.1, port ${port}: the port is taken; choose another, or 0 for a free one.\n`,
    });
    other.close();
  });

  function post(baseURL: string, model: string, token = ''): Promise<Response> {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] });
    return fetch(`${baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
  }
});
