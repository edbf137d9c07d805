/*
 * Builds dist/ from src/: ESM and CommonJS side by side. Says nothing unless something is wrong. With --if-changed it says
 * that it builds, and does so only where a source is newer than the last build.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

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
// Most mistakes are mistakes in both formats: each is shown once.
fail(...new Set(outputs.flatMap((output) => output.split('\n')).filter(Boolean)));

// TypeScript refuses `import.meta` in CommonJS output, so the source says `__dirname`, which ES modules lack.
const located = 'dist/esm/local/package-root.js';
const parts = readFileSync(located, 'utf8').split(/\b__dirname\b/u);
fail(...(parts.length === 2 ? [] : [`${located} must say __dirname once, not ${parts.length - 1} times`]));
writeFileSync(located, parts.join('import.meta.dirname'));

// The type of the outer package.json is "module"; a nearer one wins, and would lose sideEffects if it did not repeat it.
// Written last, so that an interrupted build is no build.
writeFileSync('dist/cjs/package.json', `${JSON.stringify({ type: 'commonjs', sideEffects: false })}\n`);

fail(...namedFiles(manifest).flatMap((file) => (existsSync(file) ? [] : [`package.json names ${file}: not built`])));
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
