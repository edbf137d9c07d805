/*
 * Bundles programs that import and that require the package for Node, and one for Workers, with every bundler, all dependencies
 * included, each into a folder of its own, and prints the files to run.
 */
import { build } from 'esbuild';
import { join } from 'node:path';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';

const programs = ['imports.mjs', 'requires.cjs'];

const builders = {
  'esbuild.mjs': (entry, folder, name) => bundleWithEsbuild(entry, join(folder, name), 'esm'),
  'esbuild.cjs': (entry, folder, name) => bundleWithEsbuild(entry, join(folder, name), 'cjs'),
  'vite-ssr.mjs': bundleWithVite,
  'webpack.mjs': (entry, folder, name) =>
    bundleWithWebpack(entry, {
      experiments: { outputModule: true },
      output: { path: folder, filename: name, module: true, chunkFormat: 'module' },
    }),
  'webpack.cjs': (entry, folder, name) => bundleWithWebpack(entry, { output: { path: folder, filename: name } }),
};

const worker = 'worker.mjs';
const workerd = { conditions: ['workerd', 'worker', 'browser', 'module', 'import'] };
/* For runtimes without anything of Node. */
const workerBuilders = {
  'esbuild.mjs': (entry, folder, name) =>
    bundleWithEsbuild(entry, join(folder, name), 'esm', { platform: 'browser', ...workerd }),
  'vite-ssr.mjs': (entry, folder, name) =>
    bundleWithVite(entry, folder, name, { target: 'webworker', resolve: workerd }),
  'webpack.mjs': (entry, folder, name) =>
    bundleWithWebpack(entry, {
      target: ['webworker', 'es2022'],
      resolve: { conditionNames: workerd.conditions },
      experiments: { outputModule: true },
      output: { path: folder, filename: name, module: true, chunkFormat: 'module', library: { type: 'module' } },
    }),
};

for (const program of [...programs, worker]) {
  for (const [name, bundle] of Object.entries(program === worker ? workerBuilders : builders)) {
    const folder = join(import.meta.dirname, 'out', program, name);
    await bundle(join(import.meta.dirname, program), folder, name);
    if (program === worker) {
      // Fails if an import of `node:` is left.
      await build({ entryPoints: [join(folder, name)], bundle: true, platform: 'browser', write: false });
    }
    process.stdout.write(`${join(folder, name)}\n`);
  }
}

function bundleWithVite(entry, folder, name, ssr = {}) {
  return buildWithVite({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, ...ssr },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: true,
      rollupOptions: { output: { entryFileNames: name } },
    },
  });
}

async function bundleWithEsbuild(entry, outfile, format, config) {
  const { warnings } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    logLevel: 'silent',
    ...config,
  });
  refuse(outfile, warnings);
}

function bundleWithWebpack(entry, config) {
  return new Promise((resolve, reject) => {
    webpack({ mode: 'production', target: 'node20', entry, ...config }, (error, stats) => {
      if (error) {
        reject(error);
      } else {
        const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
        resolve(refuse(config.output.filename, [...errors, ...warnings]));
      }
    });
  });
}

function refuse(name, problems) {
  if (problems.length > 0) {
    throw new Error(`${name}: ${JSON.stringify(problems)}`);
  }
}
