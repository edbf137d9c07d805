/* Packs the package, installs it in a copy of a consumer, as users do, and runs the consumer's check. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Runs one consumer, whose folder holds a package.json, a lock and a check.mjs; throws if something is wrong. */
export async function runConsumer(home) {
  const work = mkdtempSync(join(tmpdir(), 'rxllm-consumer-'));
  try {
    const folder = join(work, basename(home));
    cpSync(home, folder, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
    run(root, ['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', work]);
    const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
    run(folder, ['npm', 'ci', '--ignore-scripts']);
    run(folder, ['npm', 'install', '--no-save', '--no-package-lock', '--ignore-scripts', join(work, tarball)]);
    const { default: check } = await import(join(home, 'check.mjs'));
    await check({ folder, run: (...command) => run(folder, command) });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(cwd, [program, ...parameters]) {
  const { status, error, stdout, stderr } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    throw error ?? new Error(`${program} ${parameters.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  }
  return stdout + stderr;
}
