import { build, type Plugin } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');
const contenders = join(import.meta.dirname, 'contenders');

/** The module of rxllm that reads repeating events, by its place in the package. */
const lane = 'src/lane/lane.ts';

/** The programs of the benchmarks, as JavaScript, so that loading TypeScript is not measured. */
export interface Programs {
  readonly server: string;
  readonly measure: string;
  /** Addresses of bundles of rxllm that tell the names of its files: as it is, and without its lane for repeating events. */
  readonly bundle: string;
  readonly plainBuild: string;
}

/** Builds the programs into a folder that lasts as long as this process. */
export async function buildPrograms(): Promise<Programs> {
  // Where the dependencies of rxllm and of the contenders are found.
  const folder = mkdtempSync(join(contenders, '.build-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const compile = (entryPoints: string[] | Record<string, string>, outdir: string, plugins: Plugin[] = []) =>
    build({
      absWorkingDir: root,
      entryPoints,
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      plugins,
      metafile: true,
      logLevel: 'error',
    });
  const [, , plain] = await Promise.all([
    compile(['spec/bench/server.ts', 'spec/bench/measure.ts', 'spec/bench/readers.ts'], folder),
    compile({ 'index.node': 'src/index.node.ts', server: 'src/server/index.ts' }, join(folder, 'whole')),
    compile(['src/index.node.ts'], join(folder, 'plain'), [withoutLane()]),
  ]);
  const lanes = Object.keys(plain.metafile.inputs).filter((path) => path.startsWith(`${dirname(lane)}/`));
  if (lanes.join() !== lane) {
    throw new Error(
      `The plain lane must replace ${lane} alone, but rxllm has [${lanes.join()}]: see spec/bench/programs.ts`,
    );
  }
  return {
    server: join(folder, 'server.mjs'),
    measure: join(folder, 'measure.mjs'),
    bundle: pathToFileURL(join(folder, 'whole/index.node.mjs')).href,
    plainBuild: pathToFileURL(join(folder, 'plain/index.node.mjs')).href,
  };
}

function withoutLane(): Plugin {
  return {
    name: 'without-lane',
    setup: (building) => {
      building.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path === join(root, lane)
          ? { contents: readFileSync(join(import.meta.dirname, 'no-lane.ts'), 'utf8'), loader: 'ts' }
          : undefined,
      );
    },
  };
}
