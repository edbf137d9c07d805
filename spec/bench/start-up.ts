import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContenderName } from './measure.js';

/** What a program does: it loads a package, prints the version of the command line, or does nothing. */
export type Start = 'import' | 'require' | 'version' | 'nothing';

/** How to start a program. */
export interface StartConfig {
  /** The package to load has the name of the contender. */
  readonly contender: ContenderName;
  readonly node: string;
  /** The address of the build of rxllm to measure. */
  readonly build: string;
}

/** Runs a program, and returns the CPU time in milliseconds: of loading the package alone, or of the whole process. */
export function measureStart(start: Start, { contender, node, build }: StartConfig): number {
  const hook = join(import.meta.dirname, 'report-cpu.cjs');
  const { status, output } = spawnSync(node, ['--require', hook, ...argumentsFor(start, contender, build)], {
    // A package can load itself by its name.
    cwd: contender === 'rxllm' ? dirname(fileURLToPath(build)) : join(import.meta.dirname, 'contenders'),
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`${contender} could not be started: see the error above`);
    process.exit(1);
  }
  return Number(output[3]) / 1_000;
}

function argumentsFor(start: Start, contender: ContenderName, build: string): readonly string[] {
  const before = 'globalThis.before = process.cpuUsage()';
  switch (start) {
    case 'import':
      return ['--input-type=module', '--eval', `${before}; await import('${contender}')`];
    case 'require':
      return ['--eval', `${before}; require('${contender}')`];
    case 'version':
      return [programOf(build), '--version'];
    case 'nothing':
      return ['--eval', '0'];
  }
}

function programOf(build: string): string {
  const require = createRequire(build);
  const { bin } = require('rxllm/package.json') as { readonly bin: { readonly rxllm: string } };
  return join(dirname(require.resolve('rxllm/package.json')), bin.rxllm);
}
