/*
 * Builds and serves examples/angular-chat, with a relay at the same address, to the server of OPENAI_BASE_URL and
 * OPENAI_API_KEY if either is set, else to a local one: builds the package, installs its tarball in the app as a user would,
 * builds the app and prints its address, until Ctrl-C. Up-to-date steps are skipped.
 * --port selects a port instead of a free one, --build-only stops before serving.
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
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

process.chdir(`${import.meta.dirname}/..`);
const values = readOptions();
const app = 'examples/angular-chat';
const modules = `${app}/node_modules`;
const pages = `${app}/dist/angular-chat/browser`;
/** What a request, or an answer with the JSON of its events, may have. */
const maxBytes = 2 ** 26;
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

if (!existsSync('node_modules')) {
  npm('.', 'ci', ...quiet);
}
run('.', process.execPath, '.config/build.mjs', '--if-changed');
once('dependencies', [`${app}/package.json`, `${app}/package-lock.json`], modules, () => {
  npm(app, 'ci', ...quiet);
});
once('rxllm', ['package.json', 'README.md', 'dist'], `${modules}/rxllm`, installPackage);
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

/** Parses the options, and reports an invalid one in one line before anything is built. */
function readOptions() {
  try {
    const { values: given } = parseArgs({ options: { port: { type: 'string' }, 'build-only': { type: 'boolean' } } });
    if (given.port !== undefined && !(/^\d{1,5}$/u.test(given.port) && Number(given.port) <= 65_535)) {
      throw new Error('--port must be a whole number from 0 to 65535');
    }
    return given;
  } catch (error) {
    // Without the hint that Node adds about arguments that start with a dash.
    process.stderr.write(`${error.message.split(/\.\s/u, 1)[0]}. The options are --port N and --build-only.\n`);
    return process.exit(2);
  }
}

/** Runs a build step unless its output exists and its sources are unchanged. */
function once(name, sources, output, build) {
  const stamp = `${modules}/.cache/chat/${name}`;
  const hash = hashOf(sources);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return;
  }
  process.stderr.write(`Preparing ${name} …\n`);
  build();
  // The page must be built again after any other step. (`npm ci` also removes all stamps.)
  rmSync(`${modules}/.cache/chat/page`, { force: true });
  mkdirSync(`${modules}/.cache/chat`, { recursive: true });
  writeFileSync(stamp, hash);
}

/** Installs the tarball from a new folder, so that npm does not mistake it for the one it installed before. */
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

/**
 * Serves the page and, below /v1, a relay, so that answers survive a reload: to the server of the environment, whose key the
 * page never sees, else to the local one.
 */
async function serve() {
  const { createClient } = await import('../dist/esm/index.node.js');
  const { startLocalServer } = await import('../dist/esm/local/index.js');
  const { readEnvironment, undiciTransport } = await import('../dist/esm/node/index.js');
  const { memoryLog, relay, toNodeHandler } = await import('../dist/esm/server/index.js');
  const { apiKey, baseURL } = readEnvironment();
  const isLocal = apiKey === undefined && baseURL === undefined;
  const local = await startLocalServer({ pages });
  const handle = toNodeHandler(
    relay({
      client: isLocal
        ? createClient({ baseURL: local.url, transport: undiciTransport({ direct: true }) })
        : createClient({ apiKey, baseURL }),
      authorize: 'anyone',
      models: () => true,
      log: memoryLog({ bytes: maxBytes }),
      // A conversation with long answers is sent whole with each prompt.
      limits: { streamsPerUser: 100, bodyBytes: maxBytes },
      // An answer goes on while nobody looks at its conversation.
      detach: 600_000,
    }),
  );
  const server = createServer((asked, answer) => {
    if (!isLocal && !/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/iu.test(asked.headers.host ?? '')) {
      // A page elsewhere that points its own name at this machine must not use the key.
      answer.writeHead(403).end('This page is for this machine only.\n');
    } else if (asked.url.startsWith('/v1/')) {
      handle(asked, answer);
    } else {
      sendPage(local, asked, answer);
    }
  });
  server.on('error', ({ code, message }) => {
    process.stderr.write(code === 'EADDRINUSE' ? `Port ${values.port} is taken; choose another.\n` : `${message}\n`);
    process.exit(1);
  });
  server.listen(Number(values.port ?? 0), '127.0.0.1', () => {
    const models = isLocal ? 'a local server, which needs no key' : new URL(baseURL ?? 'https://api.openai.com').host;
    const { port } = server.address();
    process.stdout.write(`The chat is at http://127.0.0.1:${port}/ (Ctrl-C to stop). It asks ${models}.\n`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => process.exit());
  }
}

/** Sends a file of the page, which the local server has. */
function sendPage({ url }, asked, answer) {
  const { hostname, port } = new URL(url);
  const { method, url: path, headers } = asked;
  const sent = request({ hostname, port, method, path, headers }, (page) => {
    answer.writeHead(page.statusCode, page.headers);
    page.pipe(answer);
  });
  sent.on('error', () => answer.destroy());
  asked.pipe(sent);
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

/** Runs npm by the path that `npm run` provides: on Windows, npm is not an executable. */
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
