import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, piece, sendJson, streamText } from '../cli/model-server.js';
import { keys, startInTerminal, type TerminalRun } from '../cli/terminal.js';

describe('rxllm chat at a terminal', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function chat(...parameters: readonly string[]): TerminalRun {
    return startInTerminal(['chat', '--base-url', `${server.url}/v1`, '-m', 'small', ...parameters]);
  }

  function messages({ body }: ServedExchange): readonly unknown[] {
    return (JSON.parse(body) as { readonly messages: readonly unknown[] }).messages;
  }

  const user = (content: string): object => ({ role: 'user', content });
  const assistant = (content: string): object => ({ role: 'assistant', content });

  it('sends the conversation so far with each prompt, until Ctrl-D', async () => {
    const { screen, shows, type, ended } = chat('-s', 'Be brief.');
    const system = { role: 'system', content: 'Be brief.' };
    await shows(['> ']);
    type(`Hi${keys.enter}`);
    const first = await server.next();
    streamText(first, 'Hel', 'lo 👋');
    await shows(['> Hi', 'Hello 👋', '> ']);
    type(`Wie geht’s?${keys.enter}`);
    const second = await server.next();
    streamText(second, 'Gut');
    await shows(['Gut', '> ']);
    type(keys.ctrlD);

    expect(await ended).toBe(0);
    expect(screen()).toEqual(['> Hi', 'Hello 👋', '> Wie geht’s?', 'Gut', '> ']);
    expect(messages(first)).toEqual([system, user('Hi')]);
    expect(messages(second)).toEqual([system, user('Hi'), assistant('Hello 👋'), user('Wie geht’s?')]);
  });

  it('begins with the prompt among the arguments', async () => {
    const { shows } = chat('Hi', 'there');
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    await shows(['> Hi there', 'Hello', '> ']);
    expect(messages(exchange)).toEqual([user('Hi there')]);
  });

  it('stops only the answer at Ctrl-C, and keeps what arrived in the conversation', async () => {
    const { shows, type } = chat('Count');
    const first = await server.next();
    beginStream(first, piece('one '), piece('two'));
    await shows(['one two']);
    type(keys.ctrlC);

    expect(await first.over).toBe('cut');
    await shows(['> Count', 'one two', '> ']);
    type(`Go on${keys.enter}`);
    const second = await server.next();
    streamText(second, 'three');
    await shows(['> Count', 'one two', '> Go on', 'three', '> ']);
    expect(messages(second)).toEqual([user('Count'), assistant('one two'), user('Go on')]);
  });

  it('keeps a prompt in the conversation that was stopped before its answer began', async () => {
    const { shows, type } = chat('Typo');
    const first = await server.next();
    await shows(['Waiting for the answer …']);
    type(keys.ctrlC);

    expect(await first.over).toBe('cut');
    await shows(['> Typo', '> ']);
    type(`Hi${keys.enter}`);
    const second = await server.next();
    expect(messages(second)).toEqual([user('Typo'), user('Hi')]);
  });

  it('counts down to a retry, which Ctrl-C cancels', async () => {
    const { shows, type } = chat('Hi');
    sendJson(await server.next(), 429, { error: { message: 'Slow down' } }, { 'retry-after': '30' });
    await shows(['> Hi', /^rate limited, retrying in \d\d s$/u]);
    await shows(['> Hi', /^rate limited, retrying in [12]\d s$/u]);
    type(keys.ctrlC);

    await shows(['> Hi', '> ']);
    expect(server.requests).toBe(1);
  });

  it('discards the line at Ctrl-C, and explains once how to leave', async () => {
    const { screen, shows, type, ended } = chat();
    await shows(['> ']);
    type('nonsense');
    await shows(['> nonsense']);
    type(keys.ctrlC);
    await shows(['> ']);
    type(keys.ctrlC);
    await shows(['Press Ctrl-D to leave.', '> ']);
    type(`${keys.ctrlC}again`);
    await shows(['Press Ctrl-D to leave.', '> again']);
    type(keys.ctrlC);
    await shows(['Press Ctrl-D to leave.', '> ']);
    type(keys.ctrlD);

    expect(await ended).toBe(0);
    expect(screen()).toEqual(['Press Ctrl-D to leave.', '> ']);
    expect(server.requests).toBe(0);
  });

  it('prints a failure in one line, and continues', async () => {
    const { shows, type, ended } = chat('--retries', '0', 'Hi');
    sendJson(await server.next(), 500, { error: { message: 'Oops' } });
    await shows(['> Hi', 'rxllm: 500 Oops. Try again later.', '> ']);
    type(`Hi again${keys.enter}`);
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    exchange.end();
    await shows([
      '> Hi again',
      'Hel',
      'rxllm: The stream ended early: not every choice has a finish reason, and [DONE] ',
      'is missing. The answer is incomplete: try again.',
      '> ',
    ]);
    type(keys.ctrlD);

    expect(messages(exchange)).toEqual([user('Hi'), user('Hi again')]);
    expect(await ended).toBe(0);
  });

  it('keeps what is typed during an answer, and shows it afterwards', async () => {
    const { shows, type } = chat('one');
    const first = await server.next();
    beginStream(first, piece('1'));
    await shows(['> one', '1']);
    const long = 'long '.repeat(20).trim();
    // The last key shows that those before it were read during the answer.
    type(`two${keys.enter}${keys.enter}${long}${keys.ctrlC}`);

    expect(await first.over).toBe('cut');
    const second = await server.next();
    streamText(second, '2');
    expect(messages(second)).toEqual([user('one'), assistant('1'), user('two')]);
    await shows(['> one', '1', '> two', '2', `> ${long.slice(0, 78)}`, long.slice(78)]);
    type(keys.enter);
    expect(messages(await server.next())).toContainEqual(user(long));
  });

  it('recalls earlier prompts with the arrow keys, and shows the prompt again after an empty line', async () => {
    const { shows, type } = chat();
    await shows(['> ']);
    type(`Hi${keys.enter}`);
    streamText(await server.next(), 'Hello');
    await shows(['Hello', '> ']);
    type(keys.enter);
    await shows(['Hello', '> ', '> ']);
    type(keys.up);
    await shows(['Hello', '> ', '> Hi']);
  });

  it('leaves at Ctrl-D during an answer, and sends nothing more', async () => {
    const { screen, shows, type, ended } = chat('Hi');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    await shows(['> Hi', 'Hel']);
    type(`And then?${keys.enter}${keys.ctrlD}`);

    expect(await exchange.over).toBe('cut');
    expect(await ended).toBe(0);
    expect(screen()).toEqual(['> Hi', 'Hel']);
    expect(server.requests).toBe(1);
  });

  it('prints what --delay held back when Ctrl-C stops the answer', async () => {
    const { shows, type } = chat('--delay', '60000', 'Hi');
    const exchange = await server.next();
    beginStream(exchange, piece('one ') + piece('two'));
    await shows(['> Hi', 'one ']);
    type(keys.ctrlC);

    await shows(['> Hi', 'one two', '> ']);
  });

  it('cancels the request on SIGTERM', async () => {
    const { shows, kill, ended } = chat('Hi');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    await shows(['Hel']);
    kill('SIGTERM');

    expect(await exchange.over).toBe('cut');
    expect(await ended).toBe(143);
  });

  it('uses the local server when no other is configured', async () => {
    const { shows, type, ended } = startInTerminal(['chat', '-m', 'echo']);
    await shows(['No API key or base URL is set: answering from a local server (see rxllm --help).', '> ']);
    type(`Hello, world!${keys.enter}`);
    await shows(['> Hello, world!', 'Hello, world!', '> ']);
    type(keys.ctrlD);

    expect(await ended).toBe(0);
  });
});
