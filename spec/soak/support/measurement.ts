import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Counts } from './server.js';

/* Each measurement runs in its own process and has its own server. `soak.ts` passes its settings as arguments. */
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    ending: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    server: { type: 'string', default: '' },
    control: { type: 'string', default: '' },
  },
});

/** A message from a measurement to `soak.ts`. */
export interface Report {
  /** When the last stream was over, as `Date.now()`. */
  readonly lastStream?: number;
  /** Set if something was shown for fewer streams than intended. */
  readonly isPartial?: true;
}

/** `short` asks for fewer streams; `ending` skips everything except what shows how the process ends. */
export const { short, ending } = values;

/** A minimal request. */
export const request = { model: 'soak', messages: [{ role: 'user' as const, content: 'Hi' }] };

/** Returns the base URL of a scenario; see `scenarios.ts`. */
export function urlOf(scenario: string): string {
  return `${values.server}/${scenario}`;
}

/** Prints a figure. */
export function print(line: string): void {
  clearProgress();
  console.log(`          ${line}`);
}

/**
 * Prints whether something holds, and the figures that show it. If it does not hold, the run fails.
 *
 * @param isPartial Whether it could only be shown for fewer streams than intended.
 */
export function verify(holds: boolean, line: string, isPartial = false): void {
  clearProgress();
  console.log(`  ${holds ? (isPartial ? 'partly' : 'ok    ') : 'FAILED'}  ${line}`);
  if (!holds) {
    process.exitCode = 1;
  } else if (isPartial) {
    report({ isPartial });
  }
}

/** Notes that all streams are over, so that the time until the process ends can be measured. */
export function reportLastStream(): void {
  report({ lastStream: Date.now() });
}

function report(message: Report): void {
  process.send?.(message);
}

const { isTTY } = process.stderr;
/** Milliseconds between two lines of progress: few lines in a log, a moving number on a terminal. */
const progressInterval = isTTY ? 100 : 10_000;
let lastProgress = Date.now();

/** Shows on stderr how much of a long task is done, unless it was shown a moment ago. */
export function showProgress(done: number, all: number, unit: string): void {
  if (Date.now() - lastProgress >= progressInterval) {
    lastProgress = Date.now();
    const line = `  ${done.toLocaleString('en')} of ${all.toLocaleString('en')} ${unit}`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }
}

function clearProgress(): void {
  if (isTTY) {
    process.stderr.write('\r\x1b[K');
  }
}

let randomState = Number(values.seed);

/** Returns a number from 0 to below 1; the seed determines the sequence, so that a run can be repeated (mulberry32). */
export function random(): number {
  randomState = (randomState + 0x6d2b79f5) | 0;
  let mixed = Math.imul(randomState ^ (randomState >>> 15), randomState | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Picks one of several items at random. */
export function pick<T>(items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** Fetches what the server has counted so far. */
export async function countsOfServer(): Promise<Counts> {
  return JSON.parse(await control('counts')) as Counts;
}

/** Lets the server continue all answers that it holds back. */
export async function releaseAnswers(): Promise<void> {
  await control('release');
}

async function control(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`${values.control}/${command}`, { agent: false }, (response) => {
      text(response).then(resolve, reject);
    }).on('error', reject);
  });
}

/** Waits until a condition holds, for the given time at most; resolves with whether it holds. */
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

// Every measurement also fails on these.
const noises: string[] = [];
process.on('unhandledRejection', (reason) => noises.push(`unhandled rejection: ${String(reason)}`));
process.on('warning', (warning) => noises.push(`warning: ${warning.message}`));
process.on('exit', () => {
  verify(noises.length === 0, `unhandled rejections and warnings: ${noises.length}`);
  new Set(noises).forEach((noise) => {
    print(noise);
  });
});
