import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './source-files.js';

/** Maximum bytes after gzip. Raise a number only for something that every user should download. */
const budget = JSON.parse(readFileSync(join(__dirname, 'size-budget.json'), 'utf8')) as Readonly<
  Record<'createClientAndTextDeltas' | 'everything' | 'everythingWithoutRxjs' | 'textDeltasWithoutRxjs', number>
>;

/** Bundles a program for a browser that imports the web entry. */
async function bundle(program: string, external: readonly string[] = []) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(root, 'src') },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser'],
    external: [...external],
    absWorkingDir: root,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { kept, code: outputFiles[0]!.text, bytes: gzipSync(outputFiles[0]!.contents, { level: 9 }).length };
}

function report(name: keyof typeof budget, bytes: number): void {
  process.stdout.write(`${name}: ${bytes} bytes after gzip, budget ${budget[name]}\n`);
}

describe('the web bundle', () => {
  it('stays within its size budget and contains neither zod nor anything from Node', async () => {
    // esbuild refuses imports of Node modules for this platform, so a successful build is half of the proof.
    const { kept, bytes } = await bundle("export * from './index.js';");

    report('everything', bytes);
    expect(kept.filter((path) => /zod|undici|minisearch|@angular|src\/(node|angular|local|cli)\//u.test(path))).toEqual(
      [],
    );
    expect(bytes).toBeLessThanOrEqual(budget.everything);
  });

  it('stays within its size budget in an application that already contains rxjs', async () => {
    const { bytes } = await bundle("export * from './index.js';", ['rxjs']);

    report('everythingWithoutRxjs', bytes);
    expect(bytes).toBeLessThanOrEqual(budget.everythingWithoutRxjs);
  });

  it('stays within its size budget in an application that only streams text', async () => {
    const { bytes } = await bundle("export { createClient, textDeltas } from './index.js';");

    report('createClientAndTextDeltas', bytes);
    expect(bytes).toBeLessThanOrEqual(budget.createClientAndTextDeltas);
  });

  it('contains neither zod nor the client when only an operator is imported', async () => {
    const { kept, bytes } = await bundle("export { textDeltas } from './index.js';", ['rxjs']);

    report('textDeltasWithoutRxjs', bytes);
    expect(kept.filter((path) => /zod|src\/(client|transport|sse|schemas)\//u.test(path))).toEqual([]);
    expect(bytes).toBeLessThanOrEqual(budget.textDeltasWithoutRxjs);
  });

  it('contains nothing when nothing is used', async () => {
    const { code } = await bundle("import './index.js';", ['rxjs']);

    expect(code.trim()).toBe('');
  });
});

describe('the Node bundle', () => {
  it('contains ES modules only, so that bundlers neither warn nor leave a require', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [join(root, 'dist/esm/index.node.js')],
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['rxjs'],
      absWorkingDir: root,
      metafile: true,
      write: false,
      logLevel: 'silent',
    });

    const others = Object.entries(metafile.inputs).filter(([, { format }]) => format !== 'esm');
    expect(others.map(([path]) => path)).toEqual([]);
    expect(outputFiles[0]!.text).not.toContain('Dynamic require');
  });
});
