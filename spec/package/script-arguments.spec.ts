import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Runs a program as its script of package.json does, with other arguments. */
function run(program: string, ...parameters: readonly string[]): Promise<object> {
  const command = ['--import', './.config/typescript.mjs', program, ...parameters];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe.each([
  ['bench', 'spec/bench/bench.ts'],
  ['soak', 'spec/soak/soak.ts'],
])('npm run %s', (script, program) => {
  const advice = `See \`npm run ${script} -- --help\`.\n`;

  it.each([
    [['--bogus'], `There is no option --bogus. ${advice}`],
    [['--halp'], `There is no option --halp (did you mean --help?). ${advice}`],
    [['--help=yes'], expect.stringMatching(/^Option .*--help.* does not take an argument\. See .*\n$/u)],
  ])('tells in one line what is wrong with %j', async (parameters, stderr) => {
    expect(await run(program, ...parameters)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('prints its usage', async () => {
    const stdout = expect.stringContaining(`usage: npm run ${script} -- `) as string;
    expect(await run(program, '--help')).toEqual({ code: 0, stdout, stderr: '' });
  });
});

describe('a name that npm run bench and npm run soak do not know', () => {
  it.each([
    ['spec/bench/bench.ts', 'heep', 'There is no scenario heep (did you mean heap?). See `npm run bench -- --help`.\n'],
    [
      'spec/soak/soak.ts',
      'retry-strom',
      'There is no measurement retry-strom (did you mean retry-storm?). See `npm run soak -- --help`.\n',
    ],
  ])('is refused by %s, which suggests the nearest', async (program, name, stderr) => {
    expect(await run(program, name)).toEqual({ code: 2, stdout: '', stderr });
  });
});
