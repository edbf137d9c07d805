/*
 * Builds dist/ from src/, and prints errors only. With --if-changed it builds only if a source is newer than the last build,
 * and prints that it does.
 *
 *   esm, cjs     a file per source, for bundlers and for runtimes other than Node, and all types
 *   node         a file per entry, for Node, which starts faster with few files; what several entries use is in chunks, so
 *                that there is one copy of each class and of each state
 *   esm/cli      the command line, with its own rxjs, in files that are loaded when they are needed
 */
import { build, transform } from 'esbuild';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, relative } from 'node:path';

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
const [bundles, ...outputs] = await Promise.all([bundleForNode(), ...['esm', 'cjs'].map(compile)]);
// Most errors occur in both formats: each is printed once.
fail(...new Set(outputs.flatMap((output) => output.split('\n')).filter(Boolean)));

// TypeScript refuses `import.meta` in CommonJS output, so one source uses `__dirname`, which ES modules lack.
const located = filesIn('dist/esm').filter((file) => file.endsWith('.js') && /\b__dirname\b/u.test(readFileSync(file)));
fail(...(located.length === 1 ? [] : [`One file in dist/esm must use __dirname, not ${located.length}: ${located}`]));
writeFileSync(located[0], readFileSync(located[0], 'utf8').replaceAll(/\b__dirname\b/gu, 'import.meta.dirname'));

const inlined = await inlineUndici('dist/esm/transport/undici/node-agent.js');
[...inlined, ...bundles].forEach(([file, code]) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
});

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
function inlineUndici(file) {
  const besides = {
    name: 'besides',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, importer }) =>
        importer.endsWith(file) ? { path, external: true } : null,
      );
    },
  };
  return bundle({ entryPoints: [file], outfile: file, allowOverwrite: true, plugins: [besides, builtins()] });
}

/* Bundles the entries for Node and the program, and returns the files with their contents. */
async function bundleForNode() {
  const undici = new Set();
  const [entries, main, program] = await Promise.all([
    bundle({
      entryPoints: [
        { in: 'src/index.node.ts', out: 'index' },
        ...['angular', 'local', 'mcp', 'node', 'redis', 'server', 'testing'].map((name) => ({
          in: `src/${name}/index.ts`,
          out: name,
        })),
      ],
      outdir: 'dist/node',
      splitting: true,
      external: ['rxjs', 'zod', 'minisearch', '@angular/*'],
      plugins: [lessRxjs(), sharedUndici('./load-undici.cjs', undici), builtinsByName()],
    }),
    bundle({
      entryPoints: ['src/cli/main.ts'],
      outdir: 'dist/esm/cli',
      external: ['./program.js'],
      plugins: [builtinsByName()],
    }),
    // No code of a user runs in the program, so it can have an rxjs of its own, which starts faster.
    bundle({
      entryPoints: ['src/cli/program.ts'],
      outdir: 'dist/esm/cli',
      splitting: true,
      // The client of tool servers loads jose for servers over HTTP only, which the program does not use.
      external: ['zod', 'minisearch', 'redis', 'jose'],
      plugins: [ownRxjs(), sharedUndici('../../node/load-undici.cjs', undici), builtinsByName()],
    }),
  ]);
  return [
    ...entries,
    ...(await Promise.all(entries.map(toCommonJs))),
    ...['rxjs.cjs', 'more-rxjs.cjs'].map((name) => [`dist/node/${name}`, usedOfRxjs(entries, name)]),
    // Node would search a CommonJS file of this size for the names of exports if an ES module imported it.
    ['dist/node/load-undici.cjs', "'use strict';\nexports.load = () => require('./undici.cjs');\n"],
    ...(await bundleUndici([...undici].sort())),
    ...main,
    ...program,
  ];
}

/* Bundles ES modules for Node, and returns the files with their contents. */
async function bundle(options) {
  const { outputFiles, metafile } = await build({
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define: { __dirname: 'import.meta.dirname' },
    logLevel: 'warning',
    ...options,
  });
  return outputFiles.map(({ path, text }) => {
    const { inputs } = metafile.outputs[relative('.', path)];
    return [path, addLicenses(text, Object.keys(inputs))];
  });
}

/* Adds the licences of the packages whose files a bundle contains, below the line that makes it a program. */
function addLicenses(code, inputs) {
  const packages = new Set(inputs.flatMap((path) => /(?<=^node_modules\/)(?:@[^/]+\/)?[^/]+/u.exec(path) ?? []));
  const licenses = [...packages].map((name) => {
    const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/iu.test(entry));
    return `/*! Contains ${name}.\n${file ? readFileSync(`node_modules/${name}/${file}`, 'utf8') : namedLicense(name)}*/\n`;
  });
  return code.replace(/^(?:#!.*\n)?/u, (start) => start + licenses.join(''));
}

/* Some packages only name their licence; the text of this one is that of our own. */
function namedLicense(name) {
  const { author, license, homepage } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  fail(...(license === 'MIT' ? [] : [`${name} has no text of its licence ${license}`]));
  const [, permission] = readFileSync('LICENSE', 'utf8').split(/^(?=Permission)/mu);
  return `${homepage}\n\nMIT License\n\nCopyright (c) ${author}\n\n${permission}`;
}

async function toCommonJs([path, text]) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
  });
  return [path.replace(/\.js$/u, '.cjs'), code.replaceAll(/(?<=require\("\.\/[\w-]+)\.js(?="\))/gu, '.cjs')];
}

/* Converts what undici requires of Node, in CommonJS, to imports. */
function builtins() {
  return {
    name: 'builtins',
    setup({ onResolve, onLoad }) {
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
}

/*
 * Takes modules of Node as `require` does: an `import` also loads all that they export, such as Node's WebSocket for http.
 * A `require` itself stops what esbuild bundles as an ES module.
 */
function builtinsByName() {
  return {
    name: 'builtins by name',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }));
      onResolve({ filter: /^\w+$/ }, ({ path }) =>
        builtinModules.includes(path) ? { path, namespace: 'node' } : null,
      );
      onLoad({ filter: /^/, namespace: 'node' }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule('${path}');`,
      }));
    },
  };
}

/* Imports from a file with what is used of rxjs: one for the main entry, and one for those that need more. */
function lessRxjs() {
  return {
    name: 'rxjs',
    setup({ onResolve }) {
      onResolve({ filter: /^rxjs$/ }, ({ importer }) => ({
        path: /[\\/]src[\\/](?:angular|local|mcp|redis|server|testing)[\\/]/u.test(importer)
          ? './more-rxjs.cjs'
          : './rxjs.cjs',
        external: true,
      }));
    },
  };
}

/*
 * Writes a module with what the bundles import through it from the application's rxjs. Node reads all of its 220 files for `rxjs` itself, which
 * takes longer than everything else here; its exports also name the files one by one. CommonJS, because Node takes as long
 * again to import so many files of CommonJS. A later rxjs may name them otherwise.
 */
function usedOfRxjs(files, module) {
  const index = readFileSync('node_modules/rxjs/dist/esm/index.js', 'utf8');
  const paths = new Map(
    Array.from(index.matchAll(/^export \{(.*)\} from '\.\/(.*)';/gmu)).flatMap(([, names, path]) =>
      names.split(',').map((name) => [name.trim(), path]),
    ),
  );
  const imports = files.flatMap(([, code]) =>
    [...code.matchAll(/^import \{([^}]*)\} from "\.\/(.*)"/gmu)].filter(([, , from]) => from === module),
  );
  const names = new Set(imports.flatMap(([, list]) => list.split(',').map((name) => name.trim().split(' ')[0])));
  fail(...[...names].filter((name) => !paths.has(name)).map((name) => `rxjs has no file for ${name}`));
  const loads = [...names].sort().map((name) => `  exports.${name} = require('rxjs/${paths.get(name)}').${name};`);
  return `'use strict';\ntry {\n${loads.join('\n')}\n} catch {\n  Object.assign(exports, require('rxjs'));\n}\n`;
}

/* Imports the modules of undici from a file that holds them all, and notes which they are. */
function sharedUndici(file, paths) {
  return {
    name: 'undici',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^undici\// }, ({ path }) => ({ path, namespace: 'undici', sideEffects: false }));
      onLoad({ filter: /^/, namespace: 'undici' }, ({ path }) => {
        paths.add(path);
        return { contents: `import { load } from '${file}'; export default load()['${path}'];` };
      });
      onResolve({ filter: /^/, namespace: 'undici' }, () => ({ path: file, external: true }));
    },
  };
}

/* Bundles modules of undici into the file that every bundle for Node loads them from: it is larger than all of those. */
function bundleUndici(paths) {
  const contents = paths.map((path) => `exports['${path}'] = require('${path}');`).join('\n');
  return bundle({
    stdin: { contents, resolveDir: '.' },
    outfile: 'dist/node/undici.cjs',
    format: 'cjs',
    define: {},
    plugins: [builtinsByName()],
  });
}

/* Takes the ES modules of rxjs, of which only what is used is bundled, instead of the CommonJS that it has for Node. */
function ownRxjs() {
  return {
    name: 'rxjs',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^rxjs$/ }, () =>
        resolve('./node_modules/rxjs/dist/esm/index.js', { resolveDir: '.', kind: 'entry-point' }),
      );
    },
  };
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
