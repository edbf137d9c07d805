/*
 * Bundles programs that import and that require the package for Node with every bundler, all dependencies included, each into
 * a folder of its own, and prints the files to run.
 */
import { build } from 'esbuild';
import { join } from 'node:path';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';

const programs = ['imports.mjs', 'requires.cjs'];

const builders = {
  'esbuild.mjs': (entry, folder, name) => bundleWithEsbuild(entry, join(folder, name), 'esm'),
  'esbuild.cjs': (entry, folder, name) => bundleWithEsbuild(entry, join(folder, name), 'cjs'),
  'vite-ssr.mjs': (entry, folder, name) =>
    buildWithVite({
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        outDir: folder,
        emptyOutDir: true,
        rollupOptions: { output: { entryFileNames: name } },
      },
    }),
  'webpack.mjs': (entry, folder, name) =>
    bundleWithWebpack(entry, {
      experiments: { outputModule: true },
      output: { path: folder, filename: name, module: true, chunkFormat: 'module' },
    }),
  'webpack.cjs': (entry, folder, name) => bundleWithWebpack(entry, { output: { path: folder, filename: name } }),
};

for (const program of programs) {
  for (const [name, bundle] of Object.entries(builders)) {
    const folder = join(import.meta.dirname, 'out', program, name);
    await bundle(join(import.meta.dirname, program), folder, name);
    process.stdout.write(`${join(folder, name)}\n`);
  }
}

async function bundleWithEsbuild(entry, outfile, format) {
  const { warnings } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    logLevel: 'silent',
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
