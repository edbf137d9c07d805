import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { beginStream, piece, streamText } from '../cli/model-server.js';
import { type RunningProgram, startProgram } from '../cli/run-program.js';

describe('rxllm', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(): RunningProgram {
    return startProgram(['--base-url', `${server.url}/v1`, '-m', 'small', 'Hi']);
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('cancels the request and ends the line on %s', async (signal, code) => {
    const { child, shows, ended } = ask();
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    await shows('Hel');
    child.kill(signal);

    expect(await exchange.over).toBe('cut');
    expect(await ended).toEqual({ code, stdout: 'Hel\n', stderr: '' });
  });

  it('cancels the request on SIGINT before the answer has begun', async () => {
    const { child, ended } = ask();
    const exchange = await server.next();
    child.kill('SIGINT');

    expect(await exchange.over).toBe('cut');
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  it('stops on SIGINT while it reads standard input', async () => {
    const { child, ended } = startProgram(['-', 'Hi'], { input: undefined });
    child.stdin.write('one');
    // It runs, since the pipe's other end is being read.
    await new Promise((resolve) => child.stdin.write('x'.repeat(1_000_000), resolve));
    child.kill('SIGINT');

    expect(await ended).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  it('closes the local server on SIGINT', async () => {
    const { child, shows, ended } = startProgram(['-m', 'echo', 'word '.repeat(10_000)]);
    await shows('word');
    child.kill('SIGINT');

    expect(await ended).toMatchObject({ code: 130, stdout: expect.stringMatching(/^word.*\n$/u) as string });
  });

  it('ends the streams of a relay on SIGINT, whether or not somebody reads them', async () => {
    const relay = startProgram(['serve', '--relay', `${server.url}/v1`], {
      environment: { OPENAI_API_KEY: 'sk-test' },
    });
    await relay.shows('Try it:\n');
    const baseURL = /http:\S+\/v1/u.exec(relay.stdout())![0];
    const leaving = new AbortController();
    const left = post(baseURL, leaving.signal);
    const unread = await server.next();
    beginStream(unread, piece('Hel'));
    await left;
    leaving.abort();
    const answer = post(baseURL);
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    const { body } = await answer;
    relay.child.kill('SIGINT');

    expect(await new Response(body).text()).toMatch(/Hel.*The relay was stopped/su);
    expect(await Promise.all([unread.over, exchange.over])).toEqual(['cut', 'cut']);
    expect(await relay.ended).toMatchObject({ code: 130 });
  });

  it('cancels the request silently when nobody reads the answer any more', async () => {
    const { child, shows, ended } = ask();
    const exchange = await server.next();
    beginStream(exchange, piece('Hello\n'));
    await shows('Hello\n');
    child.stdout.destroy();
    exchange.write(piece('world\n'));

    expect(await exchange.over).toBe('cut');
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('loses no text when its output is read slowly', async () => {
    const { child, ended } = ask();
    child.stdout.pause();
    const exchange = await server.next();
    const line = `${'0123456789'.repeat(100)}\n`;
    streamText(exchange, ...Array.from({ length: 3000 }, () => line));
    await exchange.over;
    child.stdout.resume();

    const { code, stdout } = await ended;
    expect(stdout.length).toBe(3000 * line.length);
    expect(stdout).toBe(line.repeat(3000));
    expect(code).toBe(0);
  });
});

function post(baseURL: string, signal: AbortSignal | null = null): Promise<Response> {
  return fetch(`${baseURL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
    signal,
  });
}
