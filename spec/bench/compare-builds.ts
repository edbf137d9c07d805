import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Measured } from './measure-build.js';
import { summarize } from './workload.js';

/**
 * Prints the CPU time of two builds of rxllm, and its ratio. Each round measures both builds in fresh processes, in
 * alternating order, and yields one ratio, because the load of a machine changes over time.
 */
export async function compareBuilds(build: string, other: string, rounds: number): Promise<void> {
  const measured: Record<'this' | 'other', Measured[]> = { this: [], other: [] };
  for (let round = 0; round < rounds; round += 1) {
    const sides = [['this', build] as const, ['other', other] as const];
    for (const [side, path] of round % 2 === 0 ? sides : sides.reverse()) {
      measured[side].push(await measureBuild(path));
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const lengths = [...measured.this, ...measured.other].map((each) => each.lengths.join());
  if (new Set(lengths).size !== 1) {
    throw new Error('The builds read different texts');
  }

  console.log(`this:  ${build}\nother: ${other}`);
  console.log(`medians of ${rounds} rounds and interquartile ranges; CPU time in µs`);
  for (const name of Object.keys(measured.this[0]?.figures ?? {})) {
    const figuresOf = (side: keyof typeof measured): readonly number[] =>
      measured[side].map(({ figures }) => figures[name] ?? NaN);
    const others = figuresOf('other');
    const ratios = figuresOf('this').map((figure, round) => figure / (others[round] ?? NaN));
    console.log(`${name.padEnd(22)}  this ${show(figuresOf('this'))}  other ${show(others)}  ratio ${show(ratios)}`);
  }
}

async function measureBuild(path: string): Promise<Measured> {
  const child = fork(new URL('measure-build.ts', import.meta.url), [path], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  let measured: Measured | undefined;
  child.on('message', (message: Measured) => (measured = message));
  // When the process has ended, so that it does not disturb the next one.
  await once(child, 'disconnect');
  if (measured === undefined) {
    throw new Error(`${path} could not be measured`);
  }
  return measured;
}

function show(values: readonly number[]): string {
  const { median, spread } = summarize(values);
  return `${median.toFixed(2).padStart(7)} ${spread.padEnd(9)}`;
}
