import { closeServers, deserted, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import { beginStream, piece, sendJson, streamText } from './model-server.js';
import { run, type Running, start } from './run-here.js';
import { startProgram } from './run-program.js';

describe('rxllm after a transient failure', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(...parameters: readonly string[]): Running {
    return start(['--base-url', `${server.url}/v1`, ...parameters, 'Hi']);
  }

  function slowDown(exchange: ServedExchange, milliseconds: number): void {
    const headers = { 'retry-after-ms': String(milliseconds) };
    sendJson(exchange, 429, { error: { message: 'Slow down' } }, headers);
  }

  it('retries twice, and prints each wait in one line', async () => {
    const { ended } = ask('-m', 'small');
    slowDown(await server.next(), 1);
    sendJson(await server.next(), 503, { error: { message: 'Oops' } }, { 'retry-after-ms': '1' });
    streamText(await server.next(), 'Hello');

    expect(await ended).toEqual({
      code: 0,
      stdout: 'Hello\n',
      stderr: expect.stringMatching(
        /^rate limited, retrying in 1 s\nthe server [a-z ]+, retrying in 1 s\n$/u,
      ) as string,
    });
  });

  it('retries at most --retries times', async () => {
    const { ended } = ask('-m', 'small', '--retries', '1');
    slowDown(await server.next(), 1);
    slowDown(await server.next(), 1);

    expect(await ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rate limited, retrying in 1 s\nrxllm: 429 Slow down. Wait 1 s, then try again.\n',
    });
    expect(server.requests).toBe(2);
  });

  it('never repeats an answer that broke off', async () => {
    const { ended } = ask('-m', 'small');
    const exchange = await server.next();
    beginStream(exchange, piece('Hel'));
    exchange.end();

    expect(await ended).toMatchObject({ code: 1, stdout: 'Hel\n' });
    expect(server.requests).toBe(1);
  });

  it('retries the list of models', async () => {
    const { ended } = ask();
    slowDown(await server.next(), 1);
    sendJson(await server.next(), 200, { data: [{ id: 'first' }] });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(JSON.parse(exchange.body)).toMatchObject({ model: 'first' });
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: 'rate limited, retrying in 1 s\n' });
  });

  it('retries a refused connection', async () => {
    const url = await deserted();
    const { code, stderr } = await run(['--base-url', `${url}/v1`, '-m', 'small', '--retries', '1', 'Hi']);

    expect(stderr).toMatch(/^connection failed, retrying in 1 s\nrxllm: No answer from [^\n]+\n$/u);
    expect(code).toBe(1);
  });

  it('stops on SIGINT during a wait', async () => {
    const { child, ended } = startProgram(['--base-url', `${server.url}/v1`, '-m', 'small', 'Hi']);
    slowDown(await server.next(), 60_000);
    await new Promise((resolve) => child.stderr.once('data', resolve));
    child.kill('SIGINT');

    expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'rate limited, retrying in 60 s\n' });
  });
});
