import { build, type Plugin } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The module of rxllm that reads repeating events, and what takes its place in the build without it. Change both when the
 * module changes.
 */
const lane = {
  module: 'src/lane/lane.ts',
  without:
    'export const createLane = () => ({ awake: false, end: 0, read: () => undefined, learn: () => undefined, pass: () => undefined });',
};

const root = join(import.meta.dirname, '../..');
const contenders = join(import.meta.dirname, 'contenders');

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
  const compile = (entryPoints: readonly string[], outdir: string, plugins: Plugin[] = []): Promise<unknown> =>
    build({
      absWorkingDir: root,
      entryPoints: [...entryPoints],
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      plugins,
      logLevel: 'error',
    });
  await Promise.all([
    compile(['spec/bench/server.ts', 'spec/bench/measure.ts'], folder),
    compile(['src/index.node.ts'], join(folder, 'whole')),
    compile(['src/index.node.ts'], join(folder, 'plain'), [withoutLane()]),
  ]);
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
      let isReplaced = false;
      building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (relative(root, path) !== lane.module) {
          return undefined;
        }
        isReplaced = true;
        return { contents: lane.without, loader: 'ts' };
      });
      building.onEnd(() => {
        if (!isReplaced) {
          throw new Error(`${lane.module} is not part of rxllm: change \`lane\` in spec/bench/programs.ts`);
        }
      });
    },
  };
}
