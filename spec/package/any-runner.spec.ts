import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';

const root = join(__dirname, '../..');

describe('rxllm/testing', () => {
  it('runs in the test runner of Node, imported from the built package', async () => {
    const { stdout, code } = await runTests(join(__dirname, 'node-test.mjs'));

    expect(stdout).toMatch(/^\s*not ok 1 - shows the difference$/mu);
    expect(stdout).toMatch(/^\s*ok 2 - waits for a busy server$/mu);
    expect(stdout).toContain('The stream does not match its marbles. First difference: frame 2004.');
    expect(stdout).toMatch(/> +2004 +- +"lo"/u);
    expect(stdout).not.toContain('waits for a promise');
    expect(code).toBe(1);
  }, 60_000);

  it('runs in a web page, without a test runner or Node modules', async () => {
    const contents = `
    import { createClient, textDeltas } from '../index.js';
    import { fakeTransport, runMarbles } from '../testing/index.js';

    const request = { model: 'small', messages: [{ role: 'user', content: 'Hi' }] };
    const expectText = (marbles) => runMarbles(({ chunks, expectObservable }) => {
      const transport = fakeTransport({ body: chunks('r-a-f|'), cutAt: 'every-byte' });
      expectObservable(createClient({ baseURL: 'http://server.test/v1', transport }).chat(request).pipe(textDeltas())).toBe(marbles);
    });

    expectText('--a--|');
    try {
      expectText('---a-|');
    } catch ({ name, message }) {
      report(name, message);
    }
  `;
    // For this platform, esbuild refuses imports of Node modules and unknown packages.
    const { outputFiles, metafile } = await build({
      stdin: { contents, resolveDir: join(root, 'src/testing') },
      bundle: true,
      platform: 'browser',
      absWorkingDir: root,
      metafile: true,
      write: false,
      logLevel: 'silent',
    });
    const reports: (readonly string[])[] = [];
    const report = (...words: readonly string[]): void => void reports.push(words);
    runInContext(outputFiles[0]!.text, createContext({ Headers, TextDecoder, TextEncoder, URL, report }));

    expect(reports).toEqual([['MarblesError', expect.stringContaining('First difference: frame 2.')]]);
    expect(
      Object.keys(metafile.inputs).filter((path) => !/^<stdin>$|^src\/|\/(?:rxjs|tslib|zod)\//u.test(path)),
    ).toEqual([]);
  }, 60_000);
});

function runTests(program: string): Promise<{ readonly stdout: string; readonly code: unknown }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--test', '--test-reporter=tap', program], (error, stdout) => {
      resolve({ stdout, code: error?.code ?? 0 });
    });
  });
}
