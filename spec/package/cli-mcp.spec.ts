import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, event, piece, streamText } from '../cli/model-server.js';
import { run, type RunHereConfig, type Running, start, turn } from '../cli/run-here.js';
import { program, startProgram } from '../cli/run-program.js';
import { keys, startInTerminal } from '../cli/terminal.js';

describe('rxllm --mcp', () => {
  const file = join(__dirname, 'tool-server.mjs');
  const command = `${process.execPath} ${file}`;
  const silent = `${command} --silent`;
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(parameters: readonly string[], config?: RunHereConfig): Running {
    return start([...address(), ...parameters, '--yes', 'Hi'], config);
  }

  const address = (): readonly string[] => ['--base-url', `${server.url}/v1`, '-m', 'small', '--retries', '0'];

  interface Body {
    readonly tools: readonly { readonly function: { readonly name: string } }[];
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  }

  const sent = ({ body }: ServedExchange): Body => JSON.parse(body) as Body;

  /** Answers with a call of a tool. */
  function streamCall(exchange: ServedExchange, name: string, text = 'ho', ...before: readonly string[]): void {
    const call = { name, arguments: JSON.stringify({ text }) };
    beginStream(
      exchange,
      ...before.map(piece),
      event(chatChunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] })),
    );
    exchange.end(`${event(finishChunk('tool_calls'))}data: [DONE]\n\n`);
  }

  /** The last message that was sent. */
  const told = (exchange: ServedExchange): unknown => sent(exchange).messages.at(-1);

  it('lends the tools of a server, shows each call, and prints what the model says', async () => {
    const { ended } = ask(['--mcp', silent]);
    const first = await server.next();
    streamCall(first, 'repeat', 'ho', 'Let me ', 'see.');
    const second = await server.next();
    streamText(second, 'Ho, ', 'ho!');

    expect(await ended).toEqual({
      code: 0,
      stdout: 'Let me see.\nHo, ho!\n',
      stderr: '→ repeat({"text":"ho"})\n',
    });
    expect(sent(first).tools.map(({ function: { name } }) => name)).toEqual(['repeat', 'count', 'fail', 'die']);
    expect(told(second)).toMatchObject({ role: 'tool', content: 'ho, ho' });
  });

  it.each([
    ['a tool that fails', 'fail', '✗ fail: never works'],
    ['an unknown tool', 'fly', '✗ fly: There is no tool "fly"'],
    ['a server that dies', 'die', '✗ die: '],
  ])('shows %s in one line, and goes on', async (_, name, line) => {
    const { ended } = ask(['--mcp', silent]);
    streamCall(await server.next(), name);
    streamText(await server.next(), 'Hm.');
    const { code, stdout, stderr } = await ended;

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Hm.\n' });
    expect(stderr.split('\n').find((shown) => !shown.startsWith('→'))).toContain(line);
    expect(stderr).toMatch(/^(→ [^\n]*\n)?[^\n]*\n$/u);
  });

  it('shows progress in one line', async () => {
    const running = ask(['--mcp', command]);
    const pid = await pidOf(running);
    streamCall(await server.next(), 'count');
    await running.shows('\n  count: 1/2 half of ho\n');
    process.kill(pid, 'SIGUSR2');
    const second = await server.next();
    streamText(second, 'Hm.');

    expect(await running.ended).toMatchObject({ code: 0, stdout: 'Hm.\n' });
    expect(told(second)).toMatchObject({ content: '2' });
  });

  it('shows long and hostile arguments in one short line', async () => {
    const { ended } = ask(['--mcp', silent]);
    streamCall(await server.next(), 'repeat', `\u009b31m\u202e${'x'.repeat(1000)}`);
    streamText(await server.next(), 'Hm.');

    expect((await ended).stderr).toMatch(/^→ repeat\(\{"text":"\\u\{202e\}x{200,300}… \d+ more characters\)\n$/u);
  });

  it('shows hostile names as short text', async () => {
    const { ended } = ask(['--mcp', silent]);
    streamCall(await server.next(), `\u001b[31m\u202efly${'y'.repeat(1000)}`);
    streamText(await server.next(), 'Hm.');

    expect((await ended).stderr).toMatch(
      /^✗ \\u\{202e\}fly{200,300}… \d+ more characters: There is no tool [^\p{C}]*\n$/u,
    );
  });

  it('lends the tools of several servers, each by its own name', async () => {
    const { ended } = ask(['--mcp', silent, '--mcp', silent]);
    const first = await server.next();
    streamCall(first, 'repeat_2');
    const second = await server.next();
    streamText(second, 'Hm.');

    expect(await ended).toMatchObject({ code: 0, stderr: '→ repeat_2({"text":"ho"})\n' });
    expect(sent(first).tools.map(({ function: { name } }) => name)).toContain('die_2');
    expect(told(second)).toMatchObject({ content: 'ho, ho' });
  });

  it('prints the chunks of all turns with --json', async () => {
    const { ended } = ask(['--mcp', silent, '--json']);
    streamCall(await server.next(), 'repeat');
    streamText(await server.next(), 'Hm.');

    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(\{[^\n]+\}\n){4}$/u) as string });
  });

  it('counts the tokens of all turns with --stats', async () => {
    const usage = (tokens: number): string =>
      event({
        ...chatChunk({}),
        choices: [],
        usage: { prompt_tokens: tokens, completion_tokens: 1, total_tokens: tokens + 1 },
      });
    const { ended } = ask(['--mcp', silent, '--stats']);
    const first = await server.next();
    const call = { name: 'repeat', arguments: '{"text":"ho"}' };
    beginStream(
      first,
      event(chatChunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] })),
      event(finishChunk('tool_calls')),
    );
    first.end(`${usage(10)}data: [DONE]\n\n`);
    const second = await server.next();
    beginStream(second, piece('Hm.'), event(finishChunk()));
    second.end(`${usage(20)}data: [DONE]\n\n`);

    expect((await ended).stderr).toContain(' · 30 tokens in, 2 out · ');
  });

  it('calls tools over /responses, too', async () => {
    const { ended } = ask(['--mcp', silent, '--responses']);
    const response = { id: 'resp_1', object: 'response', status: 'completed' };
    const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'repeat', arguments: '{"text":"ho"}' };
    const first = await server.next();
    beginStream(
      first,
      event({ type: 'response.output_item.done', sequence_number: 0, output_index: 0, item: call }),
      event({ type: 'response.completed', sequence_number: 1, response: { ...response, output: [call] } }),
    );
    first.end();
    const second = await server.next();
    const delta = { item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Hm.' };
    beginStream(
      second,
      event({ type: 'response.output_text.delta', sequence_number: 0, ...delta }),
      event({ type: 'response.completed', sequence_number: 1, response: { ...response, output: [] } }),
    );
    second.end();

    expect(await ended).toEqual({ code: 0, stdout: 'Hm.\n', stderr: '→ repeat({"text":"ho"})\n' });
    expect(second.body).toContain('{"type":"function_call_output","call_id":"call_1","output":"ho, ho"}');
  });

  it('starts a command with quotes in its own environment, and shows what it writes to standard error', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rx llm-'));
    copyFileSync(file, join(folder, "it's.mjs"));
    process.env['KEY'] = 'a value';
    const { ended } = ask(['--mcp', `'${process.execPath}' "${folder}"/it\\'s.mjs`]);
    streamText(await server.next(), 'Hm.');

    expect((await ended).stderr).toMatch(/^runs as \d+, KEY=a value\n$/u);
    delete process.env['KEY'];
    rmSync(folder, { recursive: true });
  });

  async function pidOf({ shows, stderr }: Running): Promise<number> {
    await shows('KEY=');
    return Number(/runs as (\d+)/u.exec(stderr())![1]);
  }

  /** Resolves when a process has ended. */
  async function isOver(pid: number): Promise<boolean> {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return true;
      }
      await turn();
    }
  }

  it('ends the server with the answer', async () => {
    const running = ask(['--mcp', command]);
    const pid = await pidOf(running);
    streamText(await server.next(), 'Hm.');
    await running.ended;

    expect(await isOver(pid)).toBe(true);
  });

  it('ends the server when it stops', async () => {
    const running = ask(['--mcp', command]);
    const pid = await pidOf(running);
    await server.next();
    running.stop();

    expect(await isOver(pid)).toBe(true);
  });

  it.each([
    [
      'a program that does not exist',
      '/no/such --flag',
      'rxllm: The tool server "/no/such --flag" did not start (spawn /no/such ENOENT). Check --mcp.\n',
    ],
    [
      'a server that ends',
      `${command} --fail`,
      `no key\nset KEY\nrxllm: The tool server "${command} --fail" did not start (Connection closed). Check --mcp.\n`,
    ],
  ])('names %s, after what it wrote, before anything is sent', async (_, started, stderr) => {
    expect(await ask(['--mcp', started]).ended).toEqual({ code: 1, stdout: '', stderr });
    expect(server.requests).toBe(0);
  });

  it.each<readonly [string, readonly string[], string]>([
    ['an open quote', ['--mcp', 'node "a b', '--yes', 'Hi'], '--mcp has a quote that is not closed'],
    ['--yes alone', ['--yes', 'Hi'], '--yes needs --mcp'],
    ['several models', ['--mcp', silent, '-m', 'a', '-m', 'b', 'Hi'], '--mcp works with one model'],
    ['--legacy', ['--mcp', silent, '--legacy', 'Hi'], '--legacy and --mcp exclude each other'],
    ['--schema', ['--mcp', silent, '--schema', '{}', 'Hi'], '--mcp and --schema exclude each other'],
    ['a conversation', ['chat', '--mcp', silent], 'chat has no option --mcp'],
  ])('refuses %s', async (_, parameters, reason) => {
    const { code, stdout, stderr } = await run([...parameters, '--base-url', `${server.url}/v1`]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(server.requests).toBe(0);
  });

  it('refuses to run calls that nobody can be asked for', async () => {
    // A process group without a terminal.
    const child = spawn(process.execPath, [program(), ...address(), '--mcp', silent, 'Hi'], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

    expect(await once(child, 'close')).toEqual([2, null]);
    expect(stderr).toBe(
      'rxllm: Each call of a tool is asked for at a terminal, and there is none: pass --yes to run them all. See rxllm --help.\n',
    );
    expect(server.requests).toBe(0);
  });

  it('asks for each call at the terminal', async () => {
    const { type, shows, ended } = startInTerminal([...address(), '--mcp', silent, 'Hi']);
    streamCall(await server.next(), 'repeat', 'ho', 'Let me see.');
    await shows(['Let me see.', '→ repeat({"text":"ho"})', 'Run it? [y/N] ']);
    type(`y${keys.enter}`);
    const second = await server.next();
    expect(told(second)).toMatchObject({ content: 'ho, ho' });
    streamCall(second, 'repeat', 'hey');
    await shows(['Run it? [y/N] y', '→ repeat({"text":"hey"})', 'Run it? [y/N] ']);
    type(keys.enter);
    const third = await server.next();
    expect(told(third)).toMatchObject({ role: 'tool', content: expect.not.stringContaining('hey, hey') as string });
    streamText(third, 'Hm.');
    await shows(['Hm.']);

    expect(await ended).toBe(0);
  });

  it('takes Ctrl-D for a no, and asks for the next call', async () => {
    const { type, shows, ended } = startInTerminal([...address(), '--mcp', silent, 'Hi']);
    streamCall(await server.next(), 'repeat');
    await shows(['Run it? [y/N] ']);
    type(keys.ctrlD);
    const second = await server.next();
    expect(told(second)).toMatchObject({ content: expect.not.stringContaining('ho, ho') as string });
    streamCall(second, 'repeat', 'hey');
    await shows([/^✗ repeat: /u, '→ repeat({"text":"hey"})', 'Run it? [y/N] ']);
    type(`y${keys.enter}`);
    const third = await server.next();
    expect(told(third)).toMatchObject({ content: 'hey, hey' });
    streamText(third, 'Hm.');

    expect(await ended).toBe(0);
  });

  it('asks at the terminal after the prompt was typed there', async () => {
    const { type, shows, ended } = startInTerminal([...address(), '--mcp', silent, '-']);
    type(`Hi${keys.enter}${keys.ctrlD}`);
    streamCall(await server.next(), 'repeat');
    await shows(['Run it? [y/N] ']);
    type(`y${keys.enter}`);
    const second = await server.next();
    expect(told(second)).toMatchObject({ content: 'ho, ho' });
    streamText(second, 'Hm.');

    expect(await ended).toBe(0);
  });

  it('shows the whole of long arguments before it asks', async () => {
    const { type, shows, ended, screen } = startInTerminal([...address(), '--mcp', silent, 'Hi']);
    streamCall(await server.next(), 'repeat', `${'x'.repeat(1000)} and then`);
    await shows(['Run it? [y/N] ']);
    expect(screen().join('')).toContain('x and then"})');
    type(keys.ctrlC);

    expect(await ended).toBe(130);
  });

  it('asks at the terminal when standard input is the prompt', async () => {
    const { type, shows, ended } = startInTerminal([...address(), '--mcp', silent], {}, 'Hi');
    const first = await server.next();
    expect(told(first)).toMatchObject({ content: 'Hi' });
    streamCall(first, 'repeat');
    await shows(['→ repeat({"text":"ho"})', 'Run it? [y/N] ']);
    type(`yes${keys.enter}`);
    const second = await server.next();
    expect(told(second)).toMatchObject({ content: 'ho, ho' });
    streamText(second, 'Hm.');

    expect(await ended).toBe(0);
  });

  it('stops at Ctrl-C, also while it asks, and ends the server', async () => {
    const { type, shows, ended, screen } = startInTerminal([...address(), '--mcp', command, 'Hi']);
    streamCall(await server.next(), 'repeat');
    await shows(['Run it? [y/N] ']);
    const pid = Number(/runs as (\d+)/u.exec(screen().join('\n'))![1]);
    type(keys.ctrlC);

    expect(await ended).toBe(130);
    expect(await isOver(pid)).toBe(true);
  });

  it('ends the server on SIGTERM', async () => {
    const { child, ended } = startProgram([...address(), '--yes', '--mcp', command, 'Hi']);
    await server.next();
    child.kill('SIGTERM');
    const { code, stderr } = await ended;

    expect(code).toBe(143);
    expect(await isOver(Number(/runs as (\d+)/u.exec(stderr)![1]))).toBe(true);
  });
});
