import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { beginStream, ending, piece, sendJson, streamText } from '../cli/model-server.js';
import { run } from '../cli/run-here.js';
import { keys, startInTerminal, type TerminalRun } from '../cli/terminal.js';

describe('rxllm at a terminal', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(...parameters: readonly string[]): TerminalRun {
    return startInTerminal(['--base-url', `${server.url}/v1`, '-m', 'small', ...parameters, 'Hi']);
  }

  it('shows that it waits, until the first piece arrives', async () => {
    const { screen, shows, ended } = ask();
    const exchange = await server.next();
    await shows(['Waiting for the answer …']);
    beginStream(exchange, piece('Hel'));
    await shows(['Hel']);
    exchange.write(piece('lo'));
    exchange.end(ending);

    expect(await ended).toBe(0);
    expect(screen()).toEqual(['Hello']);
  });

  it('shows the wait before a retry, then the answer in its place', async () => {
    const { screen, shows, ended } = ask();
    sendJson(await server.next(), 429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '2000' });
    await shows([/^rate limited, retrying in [12] s$/u]);
    streamText(await server.next(), 'Hello');

    expect(await ended).toBe(0);
    expect(screen()).toEqual(['Hello']);
  });

  it.each([
    // The terminal itself shows the key.
    ['within a line', 'Hel', ['Hel'], ['Hel^C']],
    ['after a complete line', 'Hello\n', ['Hello'], ['Hello']],
  ])('leaves a fresh line at Ctrl-C %s, and cancels the request', async (_, text, shown, left) => {
    const { screen, isOnFreshLine, shows, type, ended } = ask();
    const exchange = await server.next();
    beginStream(exchange, piece(text));
    await shows(shown);
    type(keys.ctrlC);

    expect(await exchange.over).toBe('cut');
    expect(await ended).toBe(130);
    expect(screen()).toEqual(left);
    expect(isOnFreshLine()).toBe(true);
  });

  it('prints the lines that several models had begun at Ctrl-C, and leaves a fresh one', async () => {
    const { screen, isOnFreshLine, shows, type, ended } = ask('-m', 'large');
    const exchanges = [await server.next(), await server.next()];
    const large = exchanges.find(({ body }) => body.includes('"large"'))!;
    beginStream(large, piece('one\ntw'));
    await shows(['large │ one']);
    type(keys.ctrlC);

    expect(await Promise.all(exchanges.map(({ over }) => over))).toEqual(['cut', 'cut']);
    expect(await ended).toBe(130);
    expect(screen()).toEqual(['large │ one', 'large │ tw']);
    expect(isOnFreshLine()).toBe(true);
  });

  it.each([
    ['while it waits', [], ['Waiting for the answer …']],
    ['while it waits for several models', ['-m', 'large'], ['']],
  ])('leaves nothing at Ctrl-C %s', async (_, options, shown) => {
    const { screen, isOnFreshLine, shows, type, ended } = ask(...options);
    const exchange = await server.next();
    await shows(shown);
    type(keys.ctrlC);

    expect(await exchange.over).toBe('cut');
    expect(await ended).toBe(130);
    expect(screen()).toEqual(['']);
    expect(isOnFreshLine()).toBe(true);
  });

  const wide = ['語', '你好', '👍🏽', '👩‍👩‍👧', '🇩🇪', 'é', '한글'];

  it('prints characters intact whose bytes arrive one by one', async () => {
    const { screen, ended } = ask();
    const exchange = await server.next();
    beginStream(exchange);
    for (const byte of Buffer.from(piece(wide.join(' ')) + ending)) {
      exchange.write(Uint8Array.of(byte));
    }
    exchange.end();

    expect(await ended).toBe(0);
    expect(screen()).toEqual([wide.join(' ')]);
  });

  it('prints characters intact whose parts arrive in separate chunks', async () => {
    const { screen, ended } = ask();
    // Halves of UTF-16 pairs, the members of a family, a letter and its accent.
    streamText(await server.next(), ...wide.join(' ').split(''));

    expect(await ended).toBe(0);
    expect(screen()).toEqual([wide.join(' ')]);
  });

  it.each([
    ['words, line feeds and tabs', 'Grüße, 世界 😀\n\tend\n', 'Grüße, 世界 😀\n\tend\n'],
    ['a color without its escape', '\u001b[31mred\n', '[31mred\n'],
    ["a terminal's title without its escape", '\u001b]0;title\u0007\n', ']0;title\n'],
    ['a sequence without its only control character', '\u009b2J\n', '2J\n'],
    ['text without what would overwrite it', 'real\rfake\b\u007f\n', 'realfake\n'],
  ])('prints %s', async (_, text, stdout) => {
    const { url } = await startServer({ answer: (exchange) => streamText(exchange, text) });
    const parameters = ['--base-url', `${url}/v1`, '-m', 'small', 'Hi'];

    expect(await run(parameters, { terminals: ['stdout'] })).toEqual({ code: 0, stdout, stderr: '' });
    expect(await run(parameters)).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  it('keeps the text of a broken answer, and prints the error below', async () => {
    const { screen, ended } = ask();
    const exchange = await server.next();
    beginStream(exchange, piece('Hello 語'));
    exchange.end();

    expect(await ended).toBe(1);
    expect(screen()).toEqual([
      'Hello 語',
      'rxllm: The stream ended early: not every choice has a finish reason, and [DONE] ',
      'is missing. The answer is incomplete: try again.',
    ]);
  });

  it.each([
    ['colors', {}, true],
    ['does not color', { NO_COLOR: '1' }, false],
  ] as const)('%s an error with the environment %j', async (_, environment, isStyled) => {
    const styled = startInTerminal(['--delay', '-1'], environment);

    expect(await styled.ended).toBe(2);
    expect(styled.isStyled()).toBe(isStyled);
  });
});
