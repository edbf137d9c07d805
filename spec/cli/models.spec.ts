import { closeServers, deserted, startServer, type LoopbackServer } from '../support/loopback.js';
import { sendJson } from './model-server.js';
import { run, type Running, start } from './run-here.js';

describe('rxllm models', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function list(...parameters: readonly string[]): Running {
    return start(['models', '--base-url', `${server.url}/v1`, ...parameters], { input: undefined });
  }

  it('prints one model per line, without waiting for standard input', async () => {
    const { ended } = list('--key', 'sk-0123456789abcdef');
    const exchange = await server.next();
    sendJson(exchange, 200, { data: [{ id: 'tiny' }, { id: 'lar\u001b[2Jge\n' }] });

    expect(exchange.path).toBe('/v1/models');
    expect(exchange.headers.authorization).toBe('Bearer sk-0123456789abcdef');
    expect(await ended).toEqual({ code: 0, stdout: 'tiny\nlarge\n', stderr: '' });
  });

  it('prints models as JSON with all fields', async () => {
    const models = [{ id: 'tiny', context: 8192 }, { id: 'large' }];
    const { ended } = list('--json');
    sendJson(await server.next(), 200, { data: models });

    expect(await ended).toEqual({
      code: 0,
      stdout: models.map((model) => `${JSON.stringify(model)}\n`).join(''),
      stderr: '',
    });
  });

  it('reports an empty list', async () => {
    const { ended } = list();
    sendJson(await server.next(), 200, { data: [] });

    expect(await ended).toEqual({ code: 0, stdout: '', stderr: 'The server lists no models.\n' });
  });

  it('retries a rate limit', async () => {
    const { ended } = list();
    sendJson(await server.next(), 429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '1' });
    sendJson(await server.next(), 200, { data: [{ id: 'tiny' }] });

    expect(await ended).toEqual({ code: 0, stdout: 'tiny\n', stderr: 'rate limited, retrying in 1 s\n' });
  });

  it('explains that the server is not running', async () => {
    const url = await deserted();

    expect(await run(['models', '--retries', '0', '--base-url', `${url}/v1`])).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxllm: No answer from ${url} (ECONNREFUSED). Check that the server is running and the base URL is right.\n`,
    });
  });

  it('prints the models of the local server if no other is configured', async () => {
    expect(await run(['models'])).toMatchObject({ code: 0, stdout: 'docs\necho\n' });
  });
});
