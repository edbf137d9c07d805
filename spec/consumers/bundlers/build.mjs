/* Bundles app.mjs for Node with every bundler, all dependencies included, each into a folder of its own, and prints the files to run. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';

const entry = join(import.meta.dirname, 'app.mjs');
const out = join(import.meta.dirname, 'out');

const builders = {
  'esbuild.mjs': (name) => bundleWithEsbuild(name, 'esm'),
  'esbuild.cjs': (name) => bundleWithEsbuild(name, 'cjs'),
  'vite-ssr.mjs': (name) =>
    buildWithVite({
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        outDir: join(out, name),
        emptyOutDir: true,
        rollupOptions: { output: { entryFileNames: name } },
      },
    }),
  'webpack.mjs': (name) =>
    bundleWithWebpack({
      experiments: { outputModule: true },
      output: { path: join(out, name), filename: name, module: true, chunkFormat: 'module' },
    }),
  'webpack.cjs': (name) => bundleWithWebpack({ output: { path: join(out, name), filename: name } }),
};

for (const [name, bundle] of Object.entries(builders)) {
  await bundle(name);
  process.stdout.write(`${join(out, name, name)}\n`);
}

async function bundleWithEsbuild(name, format) {
  const { warnings } = await build({
    entryPoints: [entry],
    outfile: join(out, name, name),
    bundle: true,
    platform: 'node',
    format,
    logLevel: 'silent',
  });
  refuse(name, warnings);
}

function bundleWithWebpack(config) {
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
