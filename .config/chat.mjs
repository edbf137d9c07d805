/*
 * Serves examples/angular-chat and, beside it, a local server that answers: builds the package, installs its tarball in the
 * app as a user would, builds the app and prints its address. Ctrl-C ends it. What is up to date is not made again.
 * --port takes a port other than a free one, --build-only ends before serving.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

process.chdir(`${import.meta.dirname}/..`);
const values = readOptions();
const app = 'examples/angular-chat';
const modules = `${app}/node_modules`;
const pages = `${app}/dist/angular-chat/browser`;
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

if (!existsSync('node_modules')) {
  npm('.', 'ci', ...quiet);
}
run('.', process.execPath, '.config/build.mjs', '--if-changed');
once('dependencies', [`${app}/package.json`, `${app}/package-lock.json`], modules, () => {
  npm(app, 'ci', ...quiet);
});
once('rxllm', ['package.json', 'dist'], `${modules}/rxllm`, installPackage);
once(
  'page',
  ['src', 'angular.json', 'tsconfig.json', 'tsconfig.app.json'].map((name) => `${app}/${name}`),
  pages,
  () => {
    npm(app, 'run', '--silent', 'build');
  },
);

if (!values['build-only']) {
  await serve();
}

/** What cannot be meant is told in one line, before anything is built. */
function readOptions() {
  try {
    const { values: given } = parseArgs({ options: { port: { type: 'string' }, 'build-only': { type: 'boolean' } } });
    if (given.port !== undefined && !(/^\d{1,5}$/u.test(given.port) && Number(given.port) <= 65_535)) {
      throw new Error('--port must be a whole number from 0 to 65535');
    }
    return given;
  } catch (error) {
    // Node adds a sentence about words that begin with a dash.
    process.stderr.write(`${error.message.split(/\.\s/u, 1)[0]}. The options are --port N and --build-only.\n`);
    return process.exit(2);
  }
}

/** Makes a thing unless it is there and was made of the same files; what is made anew makes those after it due. */
function once(name, sources, made, make) {
  const stamp = `${modules}/.cache/chat/${name}`;
  const hash = hashOf(sources);
  if (existsSync(made) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return;
  }
  process.stderr.write(`Preparing ${name} …\n`);
  make();
  // `npm ci` empties the folder that the stamps are in; nothing else makes the page due by itself.
  rmSync(`${modules}/.cache/chat/page`, { force: true });
  mkdirSync(`${modules}/.cache/chat`, { recursive: true });
  writeFileSync(stamp, hash);
}

/** From a new folder each time, so that npm cannot take the tarball for the one that it installed before. */
function installPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'rxllm-chat-'));
  try {
    npm('.', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder);
    const tarballs = readdirSync(folder).map((name) => join(folder, name));
    npm(app, 'install', '--no-save', '--no-package-lock', '--prefer-offline', ...quiet, ...tarballs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function serve() {
  const { startLocalServer } = await import('../dist/esm/local/index.js');
  const server = await startLocalServer({ pages, ...(values.port && { port: Number(values.port) }) });
  process.stdout.write(`The chat is at ${new URL('/', server.url).href} (Ctrl-C closes it).\n`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void server.close());
  }
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesIn).sort()) {
    hash.update(`${path}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesIn(path) {
  return statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true })
        .map((name) => join(path, name))
        .filter((file) => statSync(file).isFile());
}

/** Run by `npm run`, which says where npm is: on Windows it is no program that could be started by its name. */
function npm(folder, ...parameters) {
  const { npm_execpath: program } = process.env;
  if (program === undefined) {
    throw new Error('Run this as npm run chat');
  }
  run(folder, process.execPath, program, ...parameters);
}

function run(cwd, command, ...parameters) {
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    throw error ?? new Error(`${parameters.join(' ')} ended with ${status}`);
  }
}
