import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { beginStream, ending, piece, sendJson, streamText } from './model-server.js';
import { type Running, start, turn, useVirtualTime } from './run-here.js';

describe('the wait for an answer', () => {
  const erased = '\r\u001b[K';
  const waiting = 'Waiting for the answer …';

  let server: LoopbackServer;

  useVirtualTime();

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(isTerminal = true, ...parameters: readonly string[]): Running {
    const terminals = isTerminal ? (['stderr'] as const) : [];
    return start(['--base-url', `${server.url}/v1`, '-m', 'small', ...parameters, 'Hi'], { terminals });
  }

  it('is shown after a while, and erased before the first value', async () => {
    const { written, shows, ended } = ask();
    const exchange = await server.next();
    jest.advanceTimersByTime(500);
    beginStream(exchange, piece('a'));
    await shows('a');
    jest.advanceTimersByTime(1000);
    exchange.write(piece('b'));
    exchange.end(ending);

    expect(await ended).toMatchObject({ code: 0, stdout: 'ab\n' });
    expect(written).toEqual([waiting, erased, 'a', 'b', '\n']);
  });

  it('is not shown if it is short', async () => {
    const { written, ended } = ask();
    const exchange = await server.next();
    jest.advanceTimersByTime(399);
    streamText(exchange, 'a');
    await ended;

    expect(written).toEqual(['a', '\n']);
  });

  it('is erased when the answer completes', async () => {
    const { written, ended } = ask();
    const exchange = await server.next();
    jest.advanceTimersByTime(500);
    streamText(exchange);
    await ended;

    expect(written).toEqual([waiting, erased, 'The model returned no text.\n']);
  });

  it('is erased when the request fails', async () => {
    const { written, ended } = ask(true, '--retries', '0');
    const exchange = await server.next();
    jest.advanceTimersByTime(500);
    sendJson(exchange, 500, { error: { message: 'Oops' } });
    await ended;

    expect(written).toEqual([waiting, erased, 'rxllm: 500 Oops. Try again later.\n']);
  });

  it('is erased on unsubscribe', async () => {
    const { written, stop } = ask();
    const exchange = await server.next();
    jest.advanceTimersByTime(500);
    stop();

    expect(written).toEqual([waiting, erased]);
    expect(await exchange.over).toBe('cut');
  });

  it('is not shown without a terminal', async () => {
    const { written, ended } = ask(false);
    const exchange = await server.next();
    jest.advanceTimersByTime(500);
    streamText(exchange, 'a');
    await ended;

    expect(written).toEqual(['a', '\n']);
  });

  const slowDown = [429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '2500' }] as const;

  it('counts down to a retry in place, then continues', async () => {
    const { written, ended } = ask();
    const refused = await server.next();
    jest.advanceTimersByTime(100);
    sendJson(refused, ...slowDown);
    // The first text is due at once.
    while (written.length === 0) {
      await turn();
      jest.advanceTimersByTime(0);
    }
    jest.advanceTimersByTime(2500);
    const exchange = await server.next();
    jest.advanceTimersByTime(1400);
    streamText(exchange, 'a');
    await ended;

    expect(written).toEqual([
      'rate limited, retrying in 3 s',
      erased,
      'rate limited, retrying in 2 s',
      erased,
      'rate limited, retrying in 1 s',
      erased,
      waiting,
      erased,
      'a',
      '\n',
    ]);
  });

  it('has one line per retry without a terminal', async () => {
    const { written, shows, ended } = ask(false);
    sendJson(await server.next(), ...slowDown);
    await shows('rate limited');
    jest.advanceTimersByTime(2500);
    sendJson(await server.next(), ...slowDown);
    await shows('rate limited, retrying in 3 s\nrate limited');
    jest.advanceTimersByTime(2500);
    streamText(await server.next(), 'a');
    await ended;

    expect(written).toEqual(['rate limited, retrying in 3 s\n', 'rate limited, retrying in 3 s\n', 'a', '\n']);
  });
});
