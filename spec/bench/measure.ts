/*
 * Measures one contender in a process of its own, and sends what it found to the process that started it.
 */
import { setTimeout } from 'node:timers/promises';
import { piecesOf, type AnswerKind } from './answers.js';
import type { Contender, ContenderConfig } from './contenders/contender.js';
import { profileCpu, profileHeap, type Shares } from './profile.js';
import type { Listener, Listening, Mode } from './server.js';

const contenders = {
  'by-hand': () => import('./contenders/by-hand.js'),
  undici: () => import('./contenders/undici.js'),
  http2: () => import('./contenders/http2.js'),
  rxllm: () => import('./contenders/rxllm.js'),
  'rxllm-fetch': () => import('./contenders/rxllm-fetch.js'),
  'rxllm-plain': () => import('./contenders/rxllm-plain.js'),
  'rxllm-parse': () => import('./contenders/rxllm-parse.js'),
  'partial-json': () => import('./contenders/partial-json.js'),
  openai: () => import('./contenders/openai.js'),
  'rxllm-relay': () => import('./contenders/rxllm-relay.js'),
  'pipe-relay': () => import('./contenders/pipe-relay.js'),
  'resumable-stream': () => import('./contenders/resumable-stream.js'),
} satisfies Readonly<Record<string, () => Promise<{ createContender: CreateContender }>>>;

type CreateContender = (config: ContenderConfig) => Contender | Promise<Contender>;

/** The name of a contender. */
export type ContenderName = keyof typeof contenders;

/** Answers to read: `streams` at once, `repeat` times. */
export interface Load {
  readonly listener: Listener;
  readonly mode: Mode;
  readonly kind: AnswerKind;
  readonly chunks: number;
  readonly streams: number;
  readonly repeat: number;
  /** How many read each stream, where it is relayed. */
  readonly readers?: number;
}

/** What to measure. */
export interface Job extends Omit<ContenderConfig, 'baseURL' | 'responses' | 'readers'> {
  readonly contender: ContenderName;
  readonly read: keyof Contender;
  readonly load: Load;
  /** What to read before, so that the code is compiled. */
  readonly warmUp: Load;
  readonly origins: Listening['origins'];
  readonly profile: boolean;
}

/** What was measured. */
export interface Figures {
  /** CPU time of the process in microseconds, per chunk and per stream. */
  readonly chunk?: number;
  readonly stream?: number;
  /** The median time from a request to its first piece of text, in milliseconds. */
  readonly first?: number;
  /** Bytes that an open stream holds on the heap. */
  readonly heap?: number;
  /** Memory of the process with all streams open, in bytes. */
  readonly memory?: number;
  /** CPU time of the start of a program in milliseconds; measured by the process that would start this one. */
  readonly start?: number;
  /** Connections that the server accepted; added by the process that started this one. */
  readonly connections?: number;
}

/** The message of this process. */
export interface Measured {
  readonly figures: Figures;
  readonly shares?: Shares | undefined;
}

/** Streams that are opened together, so that no connection is refused. */
const opening = 250;

const job = JSON.parse(process.argv[2] ?? '') as Job;
const { createContender } = await contenders[job.contender]();

check(await readAll(job.warmUp), job.warmUp);
const measured = await (job.load.mode === 'idle' ? hold(job.load) : read(job.load));
process.send?.(measured, () => process.exit());

/**
 * Measures without collecting garbage first: the engine drops compiled code with the last objects of its kind, and would
 * compile it again while the time is taken.
 */
async function read(load: Load): Promise<Measured> {
  const profile = job.profile ? await profileCpu() : undefined;
  const before = process.cpuUsage();
  const answers = await readAll(load);
  const { user, system } = process.cpuUsage(before);
  const shares = await profile?.();
  check(answers, load);
  const stream = (user + system) / (load.streams * load.repeat);
  const first = answers.firsts.sort((a, b) => a - b)[answers.firsts.length >> 1];
  return { figures: { stream, chunk: stream / load.chunks, ...(first === undefined ? {} : { first }) }, shares };
}

/** What was read. */
interface Answers {
  readonly texts: readonly string[];
  /** The times to each first piece. */
  readonly firsts: number[];
}

async function readAll(load: Load): Promise<Answers> {
  const contender = await createFor(load);
  const firsts: number[] = [];
  const texts: string[] = [];
  for (let repeat = 0; repeat < load.repeat; repeat += 1) {
    const started = performance.now();
    const first = (): unknown => firsts.push(performance.now() - started);
    const streams = Array.from({ length: load.streams }, () => contender[job.read]?.(first) ?? Promise.resolve(''));
    texts.push(...(await Promise.all(streams)));
  }
  return { texts, firsts };
}

function check({ texts }: Answers, { kind, chunks }: Load): void {
  const expected = piecesOf(kind, chunks).join('');
  const wrong = texts.filter((text) => text !== expected).length;
  if (wrong > 0) {
    throw new Error(`${job.contender} read ${wrong} of ${texts.length} answers wrong`);
  }
}

/** Opens streams that stay open, and measures what they hold. */
async function hold(load: Load): Promise<Measured> {
  const contender = await createFor(load);
  await collect();
  const profile = job.profile ? await profileHeap() : undefined;
  const before = process.memoryUsage().heapUsed;
  for (let opened = 0; opened < load.streams; opened += opening) {
    await Promise.all(
      Array.from({ length: Math.min(opening, load.streams - opened) }, () => {
        return new Promise<void>((resolve, reject) => {
          contender.text(resolve).then(() => reject(new Error(`A stream of ${job.contender} has ended`)), reject);
        });
      }),
    );
  }
  await collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { figures: { heap: (heapUsed - before) / load.streams, memory: rss }, shares: await profile?.(load.streams) };
}

function createFor({ listener, mode, kind, chunks, readers = 1 }: Load): Contender | Promise<Contender> {
  const baseURL = `${job.origins[listener]}/${mode}/${kind}/${chunks}`;
  return createContender({ ...job, baseURL, responses: kind === 'responses', readers });
}

/** Collects garbage; objects that one collection finalizes can often be collected only by the next one, a turn later. */
async function collect(): Promise<void> {
  for (let collection = 0; collection < 4; collection += 1) {
    globalThis.gc?.();
    await setTimeout(1);
  }
}
