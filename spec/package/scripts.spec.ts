import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

jest.setTimeout(60_000);

function script(
  name: string,
  ...parameters: readonly string[]
): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join('.config', `${name}.mjs`), ...parameters], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

const listed = /^ {2}02-retry +How do I retry on rate limits\?\n {2}03-parallel +How .+\?$/mu;

describe('npm run example', () => {
  it('lists the examples with their questions', () => {
    const { code, stdout } = script('example');

    expect(stdout).toMatch(listed);
    expect(code).toBe(0);
  });

  it('reports an unknown name, and lists the examples', () => {
    const { code, stdout, stderr } = script('example', 'examples/missing.ts');

    expect(stderr).toMatch(
      /^There is no example 'examples\/missing\.ts'\. Give the number or a part of the name of one of these:\n/u,
    );
    expect(stderr).toMatch(listed);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('lists the examples that an ambiguous name matches', () => {
    const { code, stderr } = script('example', 're');

    expect(stderr).toMatch(/^Several examples are named like 're':\n\n(?: .*\n)* {2}02-retry .*\n(?: .*\n)*$/u);
    expect(stderr).not.toContain('parallel');
    expect(code).toBe(2);
  });

  it.each(['4', 'examples/04-legacy-completions.ts'])('runs a program by the name %s', (name) => {
    expect(script('example', name)).toMatchObject({ code: 0, stdout: expect.stringMatching(/\S/u) as string });
  });

  it('runs jest on a spec', () => {
    const { code, stderr } = script('example', '10');

    expect(stderr).toContain('PASS examples/10-marble-testing.spec.ts');
    expect(code).toBe(0);
  });
});

describe('npm run chat', () => {
  it.each([
    ['an unknown option', ['--prot', '1'], "Unknown option '--prot'."],
    ['an argument', ['4200'], "Unexpected argument '4200'."],
    ['an invalid port', ['--port', 'any'], '--port must be a whole number from 0 to 65535.'],
  ])('refuses %s in one line, before it builds anything', (_, parameters, line) => {
    expect(script('chat', ...parameters)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${line} The options are --port N and --build-only.\n`,
    });
  });
});
