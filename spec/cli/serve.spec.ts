import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { run, type Running, start } from './rxllm.js';

async function serve(...parameters: readonly string[]): Promise<Running & { baseURL: string; printed: string }> {
  const running = start(['serve', ...parameters], { input: undefined });
  let printed = '';
  running.child.stdout.on('data', (text: string) => (printed += text));
  await running.shows("}'\n");
  return { ...running, printed, baseURL: /http:\S+/u.exec(printed)![0] };
}

it('says where it listens and how to try it, and answers there', async () => {
  const { child, ended, baseURL, printed } = await serve('--tokens-per-second', '0');

  expect(printed).toMatch(
    /^Listening on http:\/\/127\.0\.0\.1:\d+\/v1 \(Ctrl-C closes it\)\. Try it:\ncurl [^\n]+\n$/u,
  );
  expect(printed).toContain(`curl -N ${baseURL}/chat/completions `);
  expect(await run(['--base-url', baseURL, '-m', 'echo', 'Hello'])).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });

  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 130, stdout: printed, stderr: '' });
});

it('closes open streams at SIGINT', async () => {
  const { child, ended, baseURL } = await serve('--tokens-per-second', '20');
  const asking = start(['--base-url', baseURL, '-m', 'echo', 'word '.repeat(10_000)]);
  await asking.shows('word');
  child.kill('SIGINT');

  expect(await ended).toMatchObject({ code: 130, stderr: '' });
  expect(await asking.ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^word.*\n$/u) as string });
});

it('explains a port that is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;

  expect(await run(['serve', '--port', String(port)])).toEqual({
    code: 1,
    stdout: '',
    stderr: `rxllm: The local server cannot listen on 127.0.0.1, port ${port}: the port is taken; choose another, or 0 for a free one.\n`,
  });
  other.close();
});
