import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './source-files.js';

/** Bytes after gzip. Raise a number only for something that is worth its size to everybody. */
const budget = JSON.parse(readFileSync(join(__dirname, 'size-budget.json'), 'utf8')) as Readonly<
  Record<'everything' | 'everythingWithoutRxjs' | 'textDeltasWithoutRxjs', number>
>;

/** Bundles a program that imports the web entry, as an application's bundler does for a browser. */
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

it('the whole web entry stays small and brings nothing of Node', async () => {
  // esbuild refuses an import of a Node module for this platform, so building at all is half of the proof.
  const { kept, bytes } = await bundle("export * from './index.js';");

  report('everything', bytes);
  expect(kept.filter((path) => /undici|minisearch|@angular|src\/(node|angular|local|cli)\//u.test(path))).toEqual([]);
  expect(bytes).toBeLessThanOrEqual(budget.everything);
});

it('the whole web entry stays small beside an application that has rxjs already', async () => {
  const { bytes } = await bundle("export * from './index.js';", ['rxjs']);

  report('everythingWithoutRxjs', bytes);
  expect(bytes).toBeLessThanOrEqual(budget.everythingWithoutRxjs);
});

it('a single operator brings neither zod nor the client', async () => {
  const { kept, bytes } = await bundle("export { textDeltas } from './index.js';", ['rxjs']);

  report('textDeltasWithoutRxjs', bytes);
  expect(kept.filter((path) => /zod|src\/(client|transport|sse|schemas)\//u.test(path))).toEqual([]);
  expect(bytes).toBeLessThanOrEqual(budget.textDeltasWithoutRxjs);
});

it('an import that goes unused leaves nothing behind', async () => {
  const { code } = await bundle("import './index.js';", ['rxjs']);

  expect(code.trim()).toBe('');
});
