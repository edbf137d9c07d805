/*
 * Measures one build of rxllm, with the copy of rxjs that the build uses. `compare-builds.ts` starts this program in
 * its own process for each measurement, and receives the figures.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';
import { createFetch, createReaders } from './workload.js';

/** CPU time in microseconds, by figure, and the lengths of the texts that were read. */
export interface Measured {
  readonly figures: Readonly<Record<string, number>>;
  readonly lengths: readonly number[];
}

/** The length and number of answers, after some to warm up, so that the code is compiled. */
const longAnswers = { chunks: 20_000, warmUp: 3, answers: 3 };
const shortAnswers = { chunks: 5, warmUp: 500, answers: 2_000 };

const [build = ''] = process.argv.slice(2);
const rxllm = (await import(pathToFileURL(build).href)) as typeof Rxllm;
const rxjs = createRequire(build)('rxjs') as typeof Rxjs;

const figures: Record<string, number> = {};
const lengths = new Set<number>();
await measure(longAnswers, 'per chunk', longAnswers.chunks * longAnswers.answers);
await measure(shortAnswers, 'per request', shortAnswers.answers);
process.send?.({ figures, lengths: [...lengths] } satisfies Measured);

async function measure({ chunks, warmUp, answers }: typeof longAnswers, unit: string, count: number): Promise<void> {
  for (const [name, read] of Object.entries(createReaders(rxllm, rxjs, createFetch(chunks)))) {
    await readAll(read, warmUp);
    globalThis.gc?.();
    const before = process.cpuUsage();
    await readAll(read, answers);
    const { user, system } = process.cpuUsage(before);
    figures[`${name}, ${unit}`] = (user + system) / count;
  }
}

async function readAll(read: () => Promise<number>, answers: number): Promise<void> {
  for (let answer = 0; answer < answers; answer += 1) {
    lengths.add(await read());
  }
}
