/*
 * Runs the consumers: projects that install the package from its tarball, as users do. Each is a folder with a package.json
 * and a lock of its own, so that `npm ci` of this repository stays light, and a check.mjs that runs in it and throws if
 * something is wrong. `npm run test:consumers NAME` runs one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;
const root = join(here, '../..');
const consumers = readdirSync(here).filter((name) => existsSync(join(here, name, 'check.mjs')));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : consumers;
const unknown = wanted.filter((name) => !consumers.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no consumer ${unknown.join(', ')}. They are: ${consumers.join(', ')}\n`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'rxllm-consumers-'));
const npm = [process.execPath, process.env.npm_execpath ?? fail('Run this as npm run test:consumers')];
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
let failures = 0;
try {
  await run(root, [...npm, 'pack', '--silent', '--ignore-scripts', '--pack-destination', work]);
  const [tarball] = readdirSync(work);
  for (const name of wanted) {
    const started = Date.now();
    const outcome = await check(name, join(work, tarball));
    process.stdout.write(`${outcome} ${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${name}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

/** Installs the package in a copy of a consumer and checks it. */
async function check(name, tarball) {
  const folder = join(work, name);
  try {
    cpSync(join(here, name), folder, {
      recursive: true,
      filter: (path) => !/[\\/](?:node_modules|dist|\.angular)$/u.test(path),
    });
    await run(folder, [...npm, 'ci', '--ignore-scripts', ...quiet]);
    await run(folder, [
      ...npm,
      'install',
      '--no-save',
      '--no-package-lock',
      '--prefer-offline',
      '--ignore-scripts',
      ...quiet,
      tarball,
    ]);
    const { default: checkConsumer } = await import(pathToFileURL(join(here, name, 'check.mjs')).href);
    await checkConsumer({ folder, run: (...command) => run(folder, command) });
    return 'passed';
  } catch (error) {
    failures += 1;
    process.stderr.write(`${error.stack ?? error}\n`);
    return 'FAILED';
  }
}

/** Runs a program to its end and returns what it wrote. */
async function run(cwd, [program, ...parameters]) {
  // A build whose pages wait for a model would not end.
  const child = spawn(program, parameters, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000 });
  let written = '';
  [child.stdout, child.stderr].forEach((stream) => stream.on('data', (bytes) => (written += bytes)));
  const [status] = await once(child, 'close');
  if (status !== 0) {
    throw new Error(`${parameters.join(' ')} ended with ${status}:\n${written}`);
  }
  return written;
}

function fail(reason) {
  throw new Error(reason);
}
