import { readFileSync } from 'node:fs';
import { run } from './rxllm.js';

it('shows its help, in 80 columns, without waiting for standard input', async () => {
  const { code, stdout, stderr } = await run(['--help'], { input: undefined });

  expect(stdout).toMatch(/^Asks a language model[^\n]+\n\nUsage: rxllm \[options\] \[prompt …\]\n/u);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

it('shows its version', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

it('refuses an unknown option in one line', async () => {
  expect(await run(['--modell', 'x'])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^rxllm: Unknown option '--modell'\.[^\n]* See rxllm --help\.\n$/u) as string,
  });
});

it('refuses an address of the environment that cannot be one', async () => {
  expect(await run(['Hi'], { environment: { OPENAI_BASE_URL: 'localhost:11434/v1' } })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'rxllm: OPENAI_BASE_URL must be a whole address, such as http://localhost:11434/v1. See rxllm --help.\n',
  });
});

it.each([
  ['a value that is missing', ['Hi', '--model'], "Option '-m, --model <value>' argument missing."],
  [
    'an address without http://',
    ['--base-url', 'localhost:11434/v1', 'Hi'],
    '--base-url must be a whole address, such as http://localhost:11434/v1.',
  ],
  ['an option in the wrong place', ['--rate-limit', '3/s', 'Hi'], '--rate-limit is an option of rxllm serve only.'],
  ['an option that rxllm serve has not', ['serve', '--json'], '--json is no option of rxllm serve.'],
])('refuses %s in one line', async (_, parameters, line) => {
  expect(await run(parameters)).toEqual({ code: 2, stdout: '', stderr: `rxllm: ${line} See rxllm --help.\n` });
});
