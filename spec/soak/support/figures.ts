import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Measures the bytes that are still held after garbage collection: on the heap, and outside it for buffers. */
export async function heldBytes(): Promise<number> {
  // Objects that one collection finalizes can often be collected only by the next one, a turn later.
  for (let collection = 0; collection < 3; collection += 1) {
    collect();
    await setTimeout(1);
  }
  return heldBytesNow();
}

/** Measures the held bytes synchronously, as exactly as one collection allows. */
export function heldBytesNow(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Returns the median, or `NaN` for no values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Formats a number: `10,000`, or with decimals if it is small. */
export function show(value: number): string {
  return value.toLocaleString('en', {
    maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0,
  });
}

/** Formats bytes in kB or MB. */
export function showBytes(bytes: number): string {
  return Math.abs(bytes) < 1e6 ? `${show(bytes / 1e3)} kB` : `${show(bytes / 1e6)} MB`;
}
