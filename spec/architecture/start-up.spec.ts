import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './source-files.js';

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
  const program = 'require(process.argv[1]); console.log(JSON.stringify(Object.keys(require.cache)))';
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program, join(root, entry)]);
  const paths = JSON.parse(stdout) as readonly string[];
  const packages = paths.flatMap((path) => /(?<=[\\/]node_modules[\\/])(?:@[\w-]+[\\/])?[\w-]+/u.exec(path) ?? []);
  return { files: paths.filter((path) => path.startsWith(join(root, 'dist'))), packages: withoutPaths(packages) };
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
    ['testing', ['rxjs']],
  ])('is a few files of the entry %s for Node, and packages that every program needs', async (name, packages) => {
    for (const loaded of [await importedBy(`dist/node/${name}.js`), await requiredBy(`dist/node/${name}.cjs`)]) {
      expect(loaded.packages).toEqual(packages);
      expect(loaded.files.length).toBeLessThanOrEqual(20);
    }
  });

  it('is little of the command line, which prints its version without rxjs', async () => {
    const { files, packages } = await importedBy('dist/esm/cli/main.js');
    const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('');

    expect(packages).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(3);
    expect(code.length).toBeLessThan(20_000);
  });
});
