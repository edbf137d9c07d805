import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { sendJson, streamText } from './model-server.js';
import { run, type RunConfig, type Running, start } from './run-here.js';

describe('--key', () => {
  const key = 'sk-0123456789abcdef';

  let server: LoopbackServer;
  let baseURL: string;
  let folder: string;

  beforeEach(async () => {
    server = await startServer();
    baseURL = `${server.url}/v1`;
    folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await closeServers();
  });

  function ask(parameters: readonly string[], config?: RunConfig): Running {
    return start(['-m', 'small', ...parameters, 'Hi'], config);
  }

  function keyFile(content: string): string {
    const file = join(folder, 'openai.key');
    writeFileSync(file, content);
    return file;
  }

  it('is sent to the server of --base-url, instead of the key in the environment', async () => {
    const { ended } = ask(['--base-url', baseURL, '--key', key], { environment: { OPENAI_API_KEY: 'sk-other' } });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(exchange.headers.authorization).toBe(`Bearer ${key}`);
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('is read from a file, trimmed, and sent to OPENAI_BASE_URL', async () => {
    const { ended } = ask(['--key', `@${keyFile(` ${key}\r\n`)}`], { environment: { OPENAI_BASE_URL: baseURL } });
    const exchange = await server.next();
    streamText(exchange, 'Hello');

    expect(exchange.headers.authorization).toBe(`Bearer ${key}`);
    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('is redacted when the server repeats it', async () => {
    const { ended } = ask(['--base-url', baseURL, '--key', key]);
    const exchange = await server.next();
    sendJson(exchange, 401, { error: { message: `Wrong key: ${exchange.headers.authorization} (${key})` } });
    const { code, stdout, stderr } = await ended;

    expect(stderr).toMatch(/^rxllm: 401 Wrong key: .*\[redacted\].*\n$/u);
    expect(stderr + stdout).not.toContain(key);
    expect(code).toBe(1);
  });

  it('is not printed if it cannot be sent', async () => {
    const file = keyFile(`${key}\nsk-another`);

    expect(await ask(['--base-url', baseURL, '--key', `@${file}`]).ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rxllm: The header "authorization" holds characters that cannot be sent; check the key.\n',
    });
  });

  it('is not printed with a usage error', async () => {
    const { code, stdout, stderr } = await run(['--key', key, '--modell', 'x']);

    expect(stderr).toMatch(/^rxllm: Unknown option --modell \(/u);
    expect(stderr + stdout).not.toContain(key);
    expect(code).toBe(2);
  });

  it('is reported with its file name if the file is missing, before any request', async () => {
    const file = join(folder, 'missing.key');

    expect(await ask(['--base-url', baseURL, '--key', `@${file}`]).ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxllm: Cannot read the key file ${file} (ENOENT: no such file or directory). Check --key.\n`,
    });
    expect(server.requests).toBe(0);
  });

  it('is reported with its file name if that is a folder', async () => {
    expect(await ask(['--base-url', baseURL, '--key', `@${folder}`]).ended).toMatchObject({
      code: 1,
      stderr: `rxllm: Cannot read the key file ${folder} (EISDIR: illegal operation on a directory). Check --key.\n`,
    });
  });

  it('is reported with its file name if the file is empty', async () => {
    const file = keyFile('\n');

    expect(await ask(['--base-url', baseURL, '--key', `@${file}`]).ended).toMatchObject({
      code: 1,
      stderr: `rxllm: The key file ${file} is empty.\n`,
    });
  });
});
