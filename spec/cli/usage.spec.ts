import { readFileSync } from 'node:fs';
import { run } from './run-here.js';

describe('rxllm', () => {
  it('prints its help in 80 columns, without waiting for standard input', async () => {
    const { code, stdout, stderr } = await run(['--help'], { input: undefined });

    expect(stdout).toMatch(/^Asks a language model[^\n]+\n\nUsage: rxllm \[options\] \[prompt …\]\n/u);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each([
    ['chat', '--system', '--port', 'Ctrl-D leaves'],
    ['chat', '--json', '--legacy', 'chunk of the answers'],
    ['models', '--json', '--system', 'OPENAI_BASE_URL'],
    ['serve', '--rate-limit', '--stats', 'rxllm serve --port 8080'],
  ])('prints only the help of rxllm %s, in 80 columns', async (command, own, other, text) => {
    const { code, stdout, stderr } = await run([command, '--help'], { input: undefined });

    expect(stdout).toContain(`\nUsage: rxllm ${command} [options]`);
    expect(stdout).toContain(` ${own} `);
    expect(stdout).toContain(text);
    expect(stdout).not.toContain(other);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('refuses an invalid OPENAI_BASE_URL', async () => {
    expect(await run(['Hi'], { environment: { OPENAI_BASE_URL: 'localhost:11434/v1' } })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'rxllm: OPENAI_BASE_URL must be a URL that begins with http:// or https://, such as http://localhost:11434/v1. See rxllm --help.\n',
    });
  });

  it.each([
    ['an unknown option', ['--frobnicate'], 'Unknown option --frobnicate; put -- before words that begin with a dash.'],
    [
      'words after rxllm serve',
      ['serve', '8080'],
      'serve takes the port as --port N; to send those words as a prompt, put -- before them: rxllm -- serve 8080.',
    ],
    [
      'a mistyped command',
      ['serv'],
      "Unknown command 'serv'; did you mean serve? To send it as a prompt: rxllm -- serv.",
    ],
  ])('refuses %s in one line', async (_, parameters, line) => {
    expect(await run(parameters)).toEqual({ code: 2, stdout: '', stderr: `rxllm: ${line} See rxllm --help.\n` });
  });
});
