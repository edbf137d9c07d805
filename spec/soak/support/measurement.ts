import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Counts } from './counts.js';
import { partlyKept } from './partly-kept.js';
import { createRandom } from './random.js';
import { hush } from './progress.js';

/*
 * What each measurement is given: it runs in a process of its own, beside a server of its own, and takes its settings
 * from the arguments with which `soak.ts` starts it.
 */
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    ending: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    server: { type: 'string', default: '' },
    control: { type: 'string', default: '' },
  },
});

/** The short form asks the same of fewer streams; with `ending` all is left out but what shows how the process ends. */
export const { short, ending, server } = values;

/** Decides everything that is random. */
export const random = createRandom(Number(values.seed));

/** Where the server answers in one way; see `scenarios.ts`. */
export function urlOf(scenario: string): string {
  return `${server}/${scenario}`;
}

/** The shortest request. */
export const request = { model: 'soak', messages: [{ role: 'user' as const, content: 'Hi' }] };

/** Prints a figure. */
export function print(line: string): void {
  hush();
  console.log(`          ${line}`);
}

/**
 * Prints whether a promise was kept, and the figure that shows it; a broken one fails the run. One that could only be shown
 * for less than is promised counts as kept partly.
 */
export function promise(kept: boolean, line: string, { partly = false }: { readonly partly?: boolean } = {}): void {
  hush();
  console.log(`  ${kept ? (partly ? 'partly' : 'kept  ') : 'BROKEN'}  ${line}`);
  if (!kept) {
    process.exitCode = 1;
  } else if (partly) {
    process.exitCode ??= partlyKept;
  }
}

/** What the server has seen so far. */
export async function countsOfServer(): Promise<Counts> {
  return JSON.parse(await control('counts')) as Counts;
}

/** Lets the server go on with every answer it holds back. */
export async function releaseAnswers(): Promise<void> {
  await control('release');
}

/** Tells who started this process that nothing is left to do, so that it can be timed how long that takes to end. */
export function tellLastStream(): void {
  process.send?.({ lastStream: Date.now() });
}

/** Waits until something holds, and not longer than it may take. */
export async function within(milliseconds: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = Date.now() + milliseconds;
  for (;;) {
    if (await holds()) {
      return true;
    }
    if (Date.now() >= end) {
      return false;
    }
    await setTimeout(20);
  }
}

// Heard from the beginning, whatever the measurement is about.
const noises: string[] = [];
process.on('unhandledRejection', (reason) => noises.push(`unhandled rejection: ${String(reason)}`));
process.on('warning', (warning) => noises.push(`warning: ${warning.message}`));
process.on('exit', () => {
  promise(noises.length === 0, `unhandled rejections and warnings: ${noises.length}`);
  new Set(noises).forEach((noise) => {
    print(noise);
  });
});

async function control(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`${values.control}/${command}`, { agent: false }, (response) => {
      text(response).then(resolve, reject);
    }).on('error', reject);
  });
}
