import { hello } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { closeProxies, startProxy } from '../support/proxy.js';
import { run } from './run-here.js';

const original = process.env;

describe('rxllm with a proxy in the environment', () => {
  beforeEach(() => {
    process.env = { ...original };
  });

  afterEach(async () => {
    process.env = original;
    await closeProxies();
    await closeServers();
  });

  it('asks other servers through it', async () => {
    const server = await startServer({
      answer: (served) => {
        served.head(200, { 'content-type': 'text/event-stream' });
        served.end(hello);
      },
    });
    const proxy = await startProxy(server.url);
    process.env['HTTP_PROXY'] = proxy.host;

    const { stdout } = await run(['--base-url', 'http://api.test/v1', '--model', 'small', 'Hi']);

    expect(stdout).toBe('Hello\n');
    expect(proxy.requests.map(({ line }) => line)).toEqual(['POST http://api.test/v1/chat/completions']);
  });

  it('never asks its own local server through it', async () => {
    const proxy = await startProxy('http://127.0.0.1:1');
    process.env['HTTP_PROXY'] = proxy.host;

    const { code, stdout } = await run(['--model', 'echo', 'Hi']);

    expect([code, stdout]).toEqual([0, 'Hi\n']);
    expect(proxy.requests).toEqual([]);
  });
});
