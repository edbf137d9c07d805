import { legacyChunk } from '../support/chunks.js';
import { closeServers, startServer } from '../support/loopback.js';
import { beginStream, event } from './model-server.js';
import { run, start } from './run-here.js';

describe('rxllm --legacy', () => {
  afterEach(closeServers);

  it('continues the prompt with /completions', async () => {
    const server = await startServer();
    const address = ['--base-url', `${server.url}/v1`, '-m', 'small'];
    const { ended } = start([...address, '--legacy', '--max-tokens', '5', '--json', 'Once'], { input: 'Tell:' });
    const exchange = await server.next();
    beginStream(exchange, event(legacyChunk(' upon')), event(legacyChunk(' a', 'length')));
    exchange.end('data: [DONE]\n\n');
    const { code, stdout, stderr } = await ended;

    expect(exchange.path).toBe('/v1/completions');
    expect(JSON.parse(exchange.body)).toEqual({
      model: 'small',
      prompt: 'Tell:\n\nOnce',
      max_tokens: 5,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining(' upon'), expect.stringContaining(' a')]);
    expect(stderr).toBe('The answer was cut off at the token limit.\n');
    expect(code).toBe(0);
  });

  it('works with the local server', async () => {
    expect(await run(['--legacy', '-m', 'echo', 'Once upon'])).toMatchObject({ code: 0, stdout: 'Once upon\n' });
  });

  it('refuses a system message', async () => {
    expect(await run(['--legacy', '-s', 'Be brief.', 'Once'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'rxllm: --legacy has no system message: put it in the prompt instead of --system. See rxllm --help.\n',
    });
  });
});
