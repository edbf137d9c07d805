import { countWork } from '../support/count-work.js';
import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, ending, piece, streamText } from './model-server.js';
import { type Running, start, turn } from './run-here.js';

describe('the lines of several answers', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  /** Asks two models, one of which has answered without text, and returns the exchange of the other. */
  async function ask(): Promise<Running & { readonly exchange: ServedExchange }> {
    const running = start(['--base-url', `${server.url}/v1`, '-m', 'small', '-m', 'empty', 'Hi']);
    const exchanges = [await server.next(), await server.next()];
    const [empty, exchange] = exchanges.sort(({ body }) => (body.includes('"empty"') ? -1 : 1));
    streamText(empty!);
    await running.shows('no text');
    return { ...running, exchange: exchange! };
  }

  it('are printed once they are complete, the last one at the end', async () => {
    const { exchange, shows, stdout, ended } = await ask();
    beginStream(exchange, piece('one\ntw'));
    await shows('small │ one\n');
    exchange.write(piece('o'));
    await turn();

    expect(stdout()).toBe('small │ one\n');
    exchange.end(ending);
    expect(await ended).toMatchObject({ code: 0, stdout: 'small │ one\nsmall │ two\n' });
  });

  it('may be empty, and end in LF or CRLF', async () => {
    const { exchange, ended } = await ask();
    streamText(exchange, 'one\ntw', 'o', '\n\nthree\r', '\n');

    expect(await ended).toMatchObject({ stdout: 'small │ one\nsmall │ two\nsmall │ \nsmall │ three\n' });
  });

  it('are printed before an error, also the unfinished last one', async () => {
    const { exchange, written, ended } = await ask();
    beginStream(exchange, piece('one\ntw'), piece('o'));
    exchange.end();

    expect(await ended).toMatchObject({ code: 1, stdout: 'small │ one\nsmall │ two\n' });
    expect(written.slice(-2)).toEqual([
      'small │ two\n',
      expect.stringMatching(/^rxllm: small: The stream ended early/u),
    ]);
  });

  it('are none for an empty answer', async () => {
    const { exchange, ended } = await ask();
    streamText(exchange);

    expect(await ended).toMatchObject({ code: 0, stdout: '' });
  });

  it('end with the request on unsubscribe', async () => {
    const { exchange, stop, stdout } = await ask();
    beginStream(exchange, piece('o'));
    await turn();
    stop();

    expect(await exchange.over).toBe('cut');
    expect(stdout()).toBe('');
  });
});

describe('the lines of a conversation on standard input', () => {
  it.each<[string, (size: number) => readonly string[]]>([
    ['one long line', (size) => [...Array<string>(size).fill('x'), '\n']],
    ['many lines', (size) => Array.from({ length: size }, (_, place) => (place % 50 === 0 ? '\n' : 'x'))],
    ['a long line after a short one', (size) => ['x\n', ...Array<string>(size).fill('x')]],
    ['empty lines', (size) => Array<string>(size).fill('\r\n')],
  ])('cost the same for each piece of %s', (_what, pieces) => {
    const work = [1000, 2000, 4000, 8000].map((size) => {
      const { stdin, stop } = start(['chat', '--base-url', 'http://server.test/v1', '-m', 'small'], {
        input: undefined,
      });
      // At once, unlike a write.
      const cost = countWork(() => [...pieces(size), '\n'].forEach((text) => stdin.emit('data', text)));
      stop();
      return cost;
    });
    const growth = work.slice(1).map((next, place) => next / (work[place] ?? 0));

    expect(Math.min(...work)).toBeGreaterThan(0);
    expect(Math.max(...growth)).toBeLessThan(2.5);
  });
});
