import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from '../architecture/source-files.js';

interface Loaded {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Follows the imports of a built ES module, except dynamic ones and undici, which is required by a function. */
async function importedBy(entry: string): Promise<Loaded> {
  const { metafile } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    absWorkingDir: root,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const { path, kind, external } of metafile.inputs[file]!.imports) {
      if (kind !== 'dynamic-import' && !file.endsWith('load-undici.cjs')) {
        (external ? packages : files).add(path);
      }
    }
  }
  return { files: [...files], packages: withoutPaths(packages) };
}

/** Loads a built CommonJS module in a process of its own. */
async function requiredBy(entry: string): Promise<Loaded> {
  const paths = await commonJsOf(`require(${JSON.stringify(join(root, entry))})`);
  const packages = paths.flatMap((path) => /(?<=[\\/]node_modules[\\/])(?:@[\w-]+[\\/])?[\w-]+/u.exec(path) ?? []);
  return { files: paths.filter((path) => path.startsWith(join(root, 'dist'))), packages: withoutPaths(packages) };
}

/** Evaluates an expression in a process of its own, and returns the CommonJS files that are then loaded. */
async function commonJsOf(expression: string): Promise<readonly string[]> {
  const program = `(async () => { await ${expression}; console.log(JSON.stringify(Object.keys(require.cache))); })()`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
  return JSON.parse(stdout) as readonly string[];
}

function withoutPaths(modules: Iterable<string>): readonly string[] {
  const names = [...modules].filter((name) => !name.startsWith('node:'));
  return [...new Set(names.map((name) => (name.startsWith('@') ? name : name.replace(/\/.*/u, ''))))].sort();
}

describe('what is loaded first', () => {
  it.each([
    ['index', ['rxjs']],
    ['node', ['rxjs']],
    ['local', ['minisearch', 'rxjs']],
    ['mcp', ['rxjs']],
    ['redis', ['rxjs']],
    ['server', ['rxjs']],
    ['testing', ['rxjs']],
  ])('is a few files of the entry %s for Node, and packages that every program needs', async (name, packages) => {
    for (const loaded of [await importedBy(`dist/node/${name}.js`), await requiredBy(`dist/node/${name}.cjs`)]) {
      expect(loaded.packages).toEqual(packages);
      expect(loaded.files.length).toBeLessThanOrEqual(24);
    }
  });

  it.each(['index', 'node', 'local', 'mcp', 'redis', 'server', 'testing'])(
    'is nothing of undici for the entry %s',
    async (name) => {
      const entry = join(root, 'dist/node', name);
      const address = pathToFileURL(`${entry}.js`).href;
      for (const expression of [`import('${address}')`, `require(${JSON.stringify(`${entry}.cjs`)})`]) {
        const names = (await commonJsOf(expression)).map((path) => basename(path));
        expect(names).toContain('rxjs.cjs');
        expect(names.filter((file) => file.includes('undici'))).toEqual([]);
      }
    },
  );

  it('is little of the command line, which prints its version without rxjs', async () => {
    const { files, packages } = await importedBy('dist/esm/cli/main.js');
    const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('');

    expect(packages).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(3);
    expect(code.length).toBeLessThan(20_000);
  });
});
