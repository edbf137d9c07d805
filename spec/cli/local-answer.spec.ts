import { run } from './run-here.js';

describe('without a key or a base URL', () => {
  const notice = 'No API key or base URL is set: answering from a local server (see rxllm --help).\n';

  it('the local server answers', async () => {
    const { code, stdout, stderr } = await run(['xyzzy']);

    expect(stdout).toMatch(/^I am not a language model: .*\S\n$/su);
    expect(stderr).toBe(notice);
    expect(code).toBe(0);
  });

  it('the local server has another model; empty variables count as unset', async () => {
    const environment = { OPENAI_API_KEY: '', OPENAI_BASE_URL: ' ' };

    expect(await run(['--model', 'echo', 'Hello,', 'world!'], { environment })).toEqual({
      code: 0,
      stdout: 'Hello, world!\n',
      stderr: notice,
    });
  });

  it('an unknown model is answered with those that the local server has', async () => {
    expect(await run(['-m', 'gpt-4o', 'Hi'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${notice}rxllm: 404 There is no model 'gpt-4o' here. The models are: docs, echo. For models of other servers, set OPENAI_API_KEY or --base-url.\n`,
    });
  });

  it('--stats reports timing and token counts', async () => {
    const { code, stdout, stderr } = await run(['--stats', '-m', 'echo', 'one two three four']);

    expect(stdout).toBe('one two three four\n');
    expect(stderr.replace(notice, '')).toMatch(
      /^first token after [\d.]+ m?s · [\d.]+ tokens\/s · 4 tokens in, 4 out · [\d.]+ m?s in total\n$/u,
    );
    expect(code).toBe(0);
  });
});
