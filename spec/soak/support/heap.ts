import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held once everything that can be collected is: on the heap, and outside it for buffers. */
export async function heldBytes(): Promise<number> {
  // What a collection finalizes can often be collected only by the next one, a turn later.
  for (let collection = 0; collection < 3; collection += 1) {
    collect();
    await setTimeout(1);
  }
  return bytesNow();
}

/** The same in the middle of a turn, as exactly as one collection allows. */
export function bytesNow(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
