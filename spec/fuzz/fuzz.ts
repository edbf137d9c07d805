/*
 * Reads random streams with and without the lane for repeating events, until a million notifications were equal. The specs
 * do the same for fewer streams.
 */
import { setImmediate } from 'node:timers/promises';
import { inspect, parseArgs } from 'node:util';
import { readBoth } from './read-both.js';
import { streamOf } from './streams.js';

const usage = `usage: npm run fuzz -- [OPTION…]

  --seed NUMBER           the seed of the first stream; random by default
  --notifications NUMBER  when to stop; 1000000 by default
  --help                  print this text`;

const { values } = parse();
if (values.help) {
  console.log(usage);
  process.exit();
}
const target = Number(values.notifications);
const first = Number(values.seed);
if (![first, target].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  fail();
}

/** Streams between two looks at signals. */
const batch = 50;
const total = { streams: 0, notifications: 0, hits: 0 };
const started = Date.now();

process.on('SIGINT', () => {
  console.log(`\n${summary()}; stopped`);
  process.exit(130);
});

console.log(`--seed ${first}`);
for (let seed = first; total.notifications < target; seed += 1) {
  compare(seed);
  if (total.streams % batch === 0) {
    showProgress();
    await setImmediate();
  }
}
clearProgress();
console.log(`${summary()}; no difference`);

function compare(seed: number): void {
  try {
    const { notifications, hits } = readBoth(streamOf(seed));
    total.streams += 1;
    total.notifications += notifications;
    total.hits += hits;
  } catch (error) {
    clearProgress();
    console.error(inspect(error, { maxStringLength: 1000 }));
    console.error(`${summary()}; FAILED: see npm run fuzz -- --seed ${seed} --notifications 1`);
    process.exit(1);
  }
}

function summary(): string {
  const { streams, notifications, hits } = total;
  const share = Math.round((100 * hits) / Math.max(1, notifications));
  const seconds = Math.round((Date.now() - started) / 1000);
  return `${notifications} notifications of ${streams} streams, ${share}% by the lane, in ${seconds} s`;
}

function showProgress(): void {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r${summary()}`);
  } else if (total.streams % (100 * batch) === 0) {
    console.log(summary());
  }
}

function clearProgress(): void {
  if (process.stdout.isTTY) {
    process.stdout.write('\r\u001b[K');
  }
}

function parse() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string', default: String(Date.now() % 1e9) },
        notifications: { type: 'string', default: '1000000' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch {
    return fail();
  }
}

function fail(): never {
  console.error(usage);
  process.exit(2);
}
