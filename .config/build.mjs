/*
 * Builds dist/ from src/, as ESM and as CommonJS, and prints errors only. With --if-changed it builds only if a source is
 * newer than the last build, and prints that it does.
 */
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';

process.chdir(`${import.meta.dirname}/..`);
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

if (process.argv.includes('--if-changed')) {
  const built = modified(['dist/cjs/package.json']);
  if (built > modified(['package.json', 'tsconfig.json', ...filesIn('.config'), ...filesIn('src')])) {
    process.exit();
  }
  process.stderr.write('Building rxllm …\n');
}

rmSync('dist', { recursive: true, force: true });
const outputs = await Promise.all(['esm', 'cjs'].map(compile));
// Most errors occur in both formats: each is printed once.
fail(...new Set(outputs.flatMap((output) => output.split('\n')).filter(Boolean)));

// TypeScript refuses `import.meta` in CommonJS output, so one source uses `__dirname`, which ES modules lack.
const located = filesIn('dist/esm').filter((file) => file.endsWith('.js') && /\b__dirname\b/u.test(readFileSync(file)));
fail(...(located.length === 1 ? [] : [`One file in dist/esm must use __dirname, not ${located.length}: ${located}`]));
writeFileSync(located[0], readFileSync(located[0], 'utf8').replaceAll(/\b__dirname\b/gu, 'import.meta.dirname'));

await inlineUndici('dist/esm/transport/undici/node-agent.js');

// Overrides the "module" type of the package's package.json, and must repeat its sideEffects. Written last, so that an
// interrupted build does not count as a build.
writeFileSync('dist/cjs/package.json', `${JSON.stringify({ type: 'commonjs', sideEffects: false })}\n`);

fail(
  ...namedFiles(manifest).flatMap((file) =>
    existsSync(file) ? [] : [`package.json refers to ${file}, which was not built`],
  ),
);
Object.values(manifest.bin).forEach((file) => chmodSync(file, 0o755));

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`);
}

function modified(files) {
  return Math.max(...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}

function compile(format) {
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', `.config/tsconfig.${format}.json`], (error, stdout, stderr) => {
      resolve(error === null ? '' : stdout + stderr || error.message);
    });
  });
}

/*
 * Bundles the modules of undici into the one file of dist/esm that imports them. They are CommonJS, and an application that
 * esbuild bundles as an ES module stops at their first `require` of a Node module; here these become imports.
 */
async function inlineUndici(file) {
  const modules = {
    name: 'modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, importer }) =>
        importer.endsWith(file) ? { path, external: true } : null,
      );
      onResolve({ filter: /^node:/ }, ({ path, kind }) =>
        kind === 'require-call' ? { path, namespace: 'node' } : null,
      );
      // The list lacks node:sqlite, which Node 20 does not have, and undici does without.
      onLoad({ filter: /^/, namespace: 'node' }, ({ path }) => ({
        contents: builtinModules.includes(path.slice(5))
          ? `import builtin from '${path}'; module.exports = builtin;`
          : `throw Object.assign(new Error('No ${path}'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });`,
      }));
    },
  };
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: `/*! Contains undici.\n${readFileSync('node_modules/undici/LICENSE', 'utf8')}*/` },
    plugins: [modules],
    logLevel: 'warning',
  });
}

function namedFiles({ main, module, types, bin, exports, typesVersions }) {
  const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves));
  return [...new Set(leaves([main, module, types, bin, exports, typesVersions]))];
}

function fail(...problems) {
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`);
    process.exit(1);
  }
}
