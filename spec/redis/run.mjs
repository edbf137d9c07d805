/*
 * Runs the specs that need Redis: installs Debian's server where there is none, and the client, which has a manifest and a lock
 * of its own. The specs start servers on free ports of this machine. Takes the parameters of jest; with `--full` first, runs
 * full-load.ts instead, with the parameters that follow.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');

if (!hasServer()) {
  run(root, 'apt-get', ['update', '-qq']);
  run(root, 'apt-get', ['install', '-y', '-qq', 'redis-server']);
}
if (!hasServer()) {
  fail('There is no redis-server, and apt-get has not installed one');
}
if (!isInstalled()) {
  const npm = process.env.npm_execpath ?? fail('Run this as npm run test:redis');
  run(here, process.execPath, [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}
const [first, ...others] = process.argv.slice(2);
if (first === '--full') {
  run(root, process.execPath, ['--import', './.config/typescript.mjs', 'spec/redis/full-load.ts', ...others]);
} else {
  run(root, process.execPath, ['node_modules/typescript/bin/tsc', '-p', here]);
  const jest = ['node_modules/jest/bin/jest.js', '--config', '.config/jest-redis.mjs'];
  run(root, process.execPath, [...jest, ...process.argv.slice(2)]);
}

function hasServer() {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Whether the client is there in the version that the manifest names. */
function isInstalled() {
  const installed = join(here, 'node_modules/redis/package.json');
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version === dependencies.redis;
}

function run(cwd, program, parameters) {
  const { status } = spawnSync(program, parameters, { cwd, stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
