import { LLMock } from '@copilotkit/aimock';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Ended, run } from '../cli/run-here.js';

const key = 'sk-0123456789abcdef';
const answer = 'Hi there! How may I help you with your streams today?';

let mock: LLMock;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  mock = new LLMock({ port: 0 });
  mock.onMessage('hello', { content: answer });
  await mock.start();
  environment = { OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_API_KEY: key };
});

beforeEach(() => mock.clearRequests());

afterAll(() => mock.stop());

/** What was asked of the server: path, model and the answer's status. */
function asked(): readonly unknown[] {
  return mock
    .getRequests()
    .map(({ path, body, response }) => [path, body && 'model' in body && body.model, response.status]);
}

describe('rxllm with a third-party mock server', () => {
  it('prints its answer with npm start', async () => {
    const { stdout, stderr } = await promisify(execFile)('npm', ['start', '--silent', '--', 'hello'], {
      cwd: join(__dirname, '../..'),
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    });

    expect(stdout).toBe(`${answer}\n`);
    expect(stdout + stderr).not.toContain(key);
    expect(asked()).toEqual([['/v1/chat/completions', 'gpt-4', 200]]);
  });

  it('prints the text as it arrives', async () => {
    mock.onMessage('slowly', { content: answer }, { chunkSize: 4, latency: 40, truncateAfterChunks: 3 });

    // The server cuts this answer, so what is shown has come before its end.
    const { code, stdout, stderr } = await ask('slowly');
    expect(stdout).toMatch(/^Hi t.*\n$/u);
    expect(answer.startsWith(stdout.trimEnd())).toBe(true);
    expect(stderr).toMatch(/^rxllm: [^\n]+\n$/u);
    expect(code).toBe(1);
  });

  it('lists its models', async () => {
    const { code, stdout, stderr } = await run(['models'], { environment });

    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['gpt-4', 'gpt-4o', '']));
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('asks several models', async () => {
    const { code, stdout } = await run(['-m', 'gpt-4o', '-m', 'gpt-4o-mini', 'hello'], { environment });

    expect(stdout.trimEnd().split('\n').sort()).toEqual([`gpt-4o      │ ${answer}`, `gpt-4o-mini │ ${answer}`]);
    expect(code).toBe(0);
    expect(asked()).toHaveLength(2);
  });

  it('waits out a 429 and then prints the answer', async () => {
    mock.nextRequestError(429, { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' });

    expect(await ask('hello')).toEqual({
      code: 0,
      stdout: `${answer}\n`,
      stderr: 'rate limited, retrying in 1 s\n',
    });
    expect(asked()).toEqual([
      ['/v1/chat/completions', 'gpt-4o', 429],
      ['/v1/chat/completions', 'gpt-4o', 200],
    ]);
  });
});

function ask(prompt: string): Promise<Ended> {
  return run(['-m', 'gpt-4o', prompt], { environment });
}
