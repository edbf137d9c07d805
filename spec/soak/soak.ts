/*
 * Verifies for very many streams what the specs verify for one. Each measurement runs in its own process with its own
 * server, prints figures and fails if something does not hold. The short form does the same for fewer streams.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readArguments, refuse } from '../support/read-arguments.js';
import type { Report } from './support/measurement.js';

const measurements: Readonly<Record<string, string>> = {
  linear: 'Streams of 1 to 8 MB, byte by byte',
  'concurrent-streams': '10,000 streams at once',
  unsubscribes: '10,000 unsubscribes at random moments',
  'many-streams': '200,000 streams in a row',
  'retry-storm': 'A retry storm',
  'slow-consumer': 'A slow consumer of a million tokens',
};

const help = `Verifies for very many streams what the specs verify for one.

usage: npm run soak -- [MEASUREMENT…] [OPTION…]

  --short        fewer streams
  --seed NUMBER  repeats what was random in an earlier run, which printed its seed

measurements:
${Object.entries(measurements)
  .map(([name, title]) => `  ${name.padEnd(18)}  ${title}`)
  .join('\n')}`;

const { values, positionals } = readArguments({
  script: 'soak',
  help,
  options: { short: { type: 'boolean', default: false }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
  kind: 'measurement',
  names: Object.keys(measurements),
});
if (!/^\d+$/u.test(values.seed)) {
  refuse('soak', '--seed must be a whole number');
}

/** The maximum time from the last stream to the end of the process, in milliseconds. */
const maxLinger = 100;

/** The outcome of one process. */
interface Outcome {
  readonly code: number | null;
  /** Whether something was shown for fewer streams than intended. */
  readonly isPartial: boolean;
  /**
   * Milliseconds from the last stream to the end of the process; `NaN` if the measurement does not report its last
   * stream.
   */
  readonly lingered: number;
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  children.forEach((child) => child.kill());
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const started = Date.now();
console.log(`${values.short ? 'short form, ' : ''}--seed ${values.seed}`);
const failed: string[] = [];
const partial: string[] = [];
for (const [name, title] of Object.entries(measurements)) {
  if (positionals.length === 0 || positionals.includes(name)) {
    console.log(`\n${title}${values.short ? ' (short form: fewer)' : ''}`);
    const begun = Date.now();
    const { code, isPartial } = await run(name);
    console.log(`          ${Math.round((Date.now() - begun) / 1000)} s`);
    if (code !== 0) {
      failed.push(name);
    } else if (isPartial) {
      partial.push(name);
    }
  }
}
const summary = partial.length === 0 ? 'everything holds' : `holds, but for fewer streams: ${partial.join(', ')}`;
console.log(`\n${failed.length === 0 ? summary : `FAILED: ${failed.join(', ')}`}`);
console.log(`${Math.round((Date.now() - started) / 1000)} s`);
process.exit(failed.length === 0 ? 0 : 1);

/**
 * Runs a measurement to its end. One that reports its last stream must end soon after it; since a busy machine may
 * delay the end, it gets three attempts.
 */
async function run(name: string): Promise<Outcome> {
  const outcome = await runOnce(name);
  if (Number.isNaN(outcome.lingered)) {
    return outcome;
  }
  const times = [outcome.lingered];
  while (Math.min(...times) > maxLinger && times.length < 3) {
    const again = await runOnce(name, ['--ending']);
    times.push(again.code === 0 ? again.lingered : Infinity);
  }
  const best = Math.min(...times);
  const others = times.length > 1 ? `, the best of ${times.join(', ')}` : '';
  const holds = best <= maxLinger;
  console.log(`  ${holds ? 'ok    ' : 'FAILED'}  the process ended ${best} ms after the last stream${others}`);
  return holds ? outcome : { ...outcome, code: 1 };
}

async function runOnce(name: string, more: readonly string[] = []): Promise<Outcome> {
  const server = start('support/server');
  const [[url, control]] = (await once(server, 'message')) as [[string, string]];
  const settings = ['--seed', values.seed, '--server', url, '--control', control, ...more];
  const measurement = start(name, values.short ? [...settings, '--short'] : settings);
  let lastStream = NaN;
  let isPartial = false;
  measurement.on('message', (report: Report) => {
    lastStream = report.lastStream ?? lastStream;
    isPartial ||= report.isPartial ?? false;
  });
  const [code] = (await once(measurement, 'exit')) as [number | null];
  const lingered = Date.now() - lastStream;
  server.kill();
  return { code, isPartial, lingered };
}

function start(program: string, settings: readonly string[] = []): ChildProcess {
  const child = fork(new URL(`${program}.ts`, import.meta.url), settings);
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}
