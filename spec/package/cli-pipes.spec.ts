import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defaultIfEmpty, defer, EMPTY, from, lastValueFrom, repeat, takeUntil } from 'rxjs';
import { closeServers, startServer } from '../support/loopback.js';
import { beginStream, piece } from '../cli/model-server.js';

describe('rxllm | head', () => {
  const program = join(__dirname, '../../dist/esm/cli/main.js');

  afterEach(closeServers);

  it('cancels the request when head exits, which is not a failure', async () => {
    const server = await startServer();
    const child = spawn(
      'sh',
      ['-c', '{ "$NODE" "$RXLLM" --base-url "$URL" -m small Hi; echo "code $?" >&2; } | head -1'],
      {
        env: { PATH: process.env['PATH'], NODE: process.execPath, RXLLM: program, URL: `${server.url}/v1` },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const closed = once(child, 'close');
    const exchange = await server.next();
    beginStream(exchange, piece('one\ntwo\n'));
    await once(child.stdout, 'data');
    // head leaves soon after its line is out: what is written then breaks the pipe.
    await lastValueFrom(
      defer(() => {
        exchange.write(piece('three\n'));
        return EMPTY;
      }).pipe(repeat({ delay: 0 }), takeUntil(from(exchange.over)), defaultIfEmpty(undefined)),
    );

    expect(await exchange.over).toBe('cut');
    await closed;
    expect(stdout).toBe('one\n');
    expect(stderr).toBe('code 0\n');
  });
});
