import type { ContenderName, Figures, Job, Load } from './measure.js';
import type { Start } from './start-up.js';

/** One contender under one load. */
export interface Run {
  readonly contender: ContenderName;
  readonly load?: Partial<Load>;
  readonly warmUp?: Partial<Load>;
  /** What it starts, instead of reading. */
  readonly starts?: Start;
  /** The address of another build of rxllm to measure. */
  readonly build?: string;
  /** Whether to measure rxllm as bundled for the benchmarks, like its plain lane: bundling alone changes a few percent. */
  readonly bundled?: boolean;
}

/** A figure of one run, or its ratio to that of another. */
export interface Row {
  readonly figure: keyof Figures;
  readonly of: string;
  readonly over?: string;
  /** The largest value that is good enough: of the ratio, if there is one. */
  readonly target?: number;
  /** The same up to Node 22. */
  readonly oldTarget?: number;
}

/** Runs whose figures are compared, each in a process of its own. */
export interface Scenario {
  readonly title: string;
  readonly read?: Job['read'];
  readonly load: Load;
  readonly warmUp: Partial<Load>;
  readonly runs: Readonly<Record<string, Run>>;
  readonly rows: readonly Row[];
}

const long: Load = { listener: 'http', mode: 'coalesced', kind: 'text', chunks: 20_000, streams: 1, repeat: 8 };
const total = long.chunks * long.repeat;
const none: Load = { ...long, streams: 0 };

/** Runs that have the names of their contenders. */
function runs(...names: readonly ContenderName[]): Record<string, Run> {
  return Object.fromEntries(names.map((contender) => [contender, { contender }]));
}

/** Rows of the others' CPU time per chunk, without a target. */
function compared(over: string, ...others: readonly string[]): readonly Row[] {
  return others.map((of) => ({ figure: 'chunk', of, over }));
}

/** A run that reads answers of this length, and as much in all as the others. */
function sized(contender: ContenderName, chunks: number): Run {
  return { contender, load: { chunks, repeat: Math.max(1, Math.round(total / chunks)) } };
}

const lanes: Pick<Scenario, 'runs' | 'rows'> = {
  runs: { ...runs('rxllm-plain', 'by-hand'), rxllm: { contender: 'rxllm', bundled: true } },
  rows: [
    { figure: 'chunk', of: 'rxllm', over: 'rxllm-plain', target: 1.05 },
    { figure: 'chunk', of: 'rxllm', over: 'by-hand' },
  ],
};

const relays = ['rxllm-relay', 'pipe-relay', 'resumable-stream'] as const;

const sizes = [2_000, 8_000, 32_000];

/** All scenarios by name. Targets are for Node 24; ratios are to the figure of the same round. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  text: {
    title: 'Text, 20,000 chunks',
    load: long,
    warmUp: {},
    runs: runs('by-hand', 'rxllm', 'rxllm-fetch', 'rxllm-plain', 'undici', 'openai'),
    rows: [
      { figure: 'chunk', of: 'rxllm', over: 'by-hand', target: 0.55, oldTarget: 0.6 },
      { figure: 'chunk', of: 'rxllm-fetch', over: 'by-hand', target: 0.75, oldTarget: 0.9 },
      { figure: 'chunk', of: 'rxllm-plain', over: 'by-hand', target: 1.3 },
      ...compared('by-hand', 'undici', 'openai'),
    ],
  },
  writes: {
    title: 'Text, one write per event',
    load: { ...long, mode: 'events', repeat: 2 },
    warmUp: { mode: 'coalesced', repeat: 8 },
    runs: runs('by-hand', 'rxllm', 'rxllm-fetch', 'rxllm-plain', 'undici', 'openai'),
    rows: compared('by-hand', 'rxllm', 'rxllm-fetch', 'rxllm-plain', 'undici', 'openai'),
  },
  envelopes: { title: 'Every envelope different', load: { ...long, kind: 'envelopes' }, warmUp: {}, ...lanes },
  logprobs: { title: 'Log probabilities', load: { ...long, kind: 'logprobs', repeat: 3 }, warmUp: {}, ...lanes },
  message: {
    title: 'Accumulated message',
    read: 'message',
    load: long,
    warmUp: {},
    runs: Object.fromEntries(
      sizes.flatMap((chunks) =>
        (['by-hand', 'rxllm'] as const).map((name) => [`${name}, ${chunks / 1_000}k`, sized(name, chunks)]),
      ),
    ),
    rows: [
      { figure: 'chunk', of: 'rxllm, 2k', over: 'by-hand, 2k', target: 1 },
      { figure: 'chunk', of: 'rxllm, 8k', over: 'by-hand, 8k', target: 1 },
      { figure: 'chunk', of: 'rxllm, 32k', over: 'by-hand, 32k', target: 1 },
      { figure: 'chunk', of: 'rxllm, 8k', over: 'rxllm, 2k', target: 1.1 },
      { figure: 'chunk', of: 'rxllm, 32k', over: 'rxllm, 8k', target: 1.1 },
    ],
  },
  responses: {
    title: 'Text over /responses',
    load: { ...long, kind: 'responses' },
    warmUp: {},
    runs: {
      ...runs('rxllm', 'openai'),
      'rxllm over chat': { contender: 'rxllm', load: { kind: 'text' } },
      ...Object.fromEntries(sizes.map((chunks) => [`rxllm, ${chunks / 1_000}k`, sized('rxllm', chunks)])),
    },
    rows: [
      { figure: 'chunk', of: 'rxllm', over: 'rxllm over chat', target: 1.3 },
      { figure: 'chunk', of: 'rxllm, 8k', over: 'rxllm, 2k', target: 1.1 },
      { figure: 'chunk', of: 'rxllm, 32k', over: 'rxllm, 8k', target: 1.1 },
      ...compared('rxllm over chat', 'openai'),
    ],
  },
  'response-message': {
    title: 'Accumulated message over /responses',
    read: 'message',
    load: { ...long, kind: 'responses' },
    warmUp: {},
    runs: {
      'rxllm over chat': { contender: 'rxllm', load: { kind: 'text' } },
      rxllm: { contender: 'rxllm' },
      'rxllm, 2k': sized('rxllm', 2_000),
      'rxllm, 32k': sized('rxllm', 32_000),
    },
    rows: [
      { figure: 'chunk', of: 'rxllm, 32k', over: 'rxllm, 2k', target: 1.1 },
      { figure: 'chunk', of: 'rxllm', over: 'rxllm over chat' },
    ],
  },
  tools: {
    title: 'Tool arguments of 50 kB, snapshots',
    read: 'toolArguments',
    load: { ...long, kind: 'tools', chunks: 12_500, repeat: 8 },
    warmUp: { repeat: 8 },
    runs: runs('by-hand', 'rxllm'),
    rows: [{ figure: 'chunk', of: 'rxllm', over: 'by-hand', target: 1.2 }],
  },
  objects: {
    title: 'An object of 50 kB, snapshots',
    read: 'object',
    load: { ...long, kind: 'object', chunks: 12_500, repeat: 8 },
    warmUp: { repeat: 4 },
    runs: {
      ...runs('rxllm-parse', 'rxllm', 'by-hand'),
      'rxllm, 300 kB': { contender: 'rxllm', load: { chunks: 75_000, repeat: 2 } },
      'rxllm, 20,000 numbers': { contender: 'rxllm', load: { kind: 'numbers', chunks: 20_000, repeat: 4 } },
      'rxllm, 5,000 numbers': { contender: 'rxllm', load: { kind: 'numbers', chunks: 5_000, repeat: 16 } },
      // The rest grows with the square of the length.
      openai: { contender: 'openai', load: { repeat: 1 }, warmUp: { chunks: 1_000, repeat: 8 } },
      'partial-json': { contender: 'partial-json', load: { repeat: 1 }, warmUp: { chunks: 1_000, repeat: 8 } },
    },
    rows: [
      { figure: 'chunk', of: 'rxllm', over: 'rxllm-parse', target: 1.5 },
      { figure: 'chunk', of: 'rxllm', over: 'by-hand', target: 1.5 },
      { figure: 'chunk', of: 'rxllm, 300 kB', over: 'rxllm', target: 1.05 },
      { figure: 'chunk', of: 'rxllm, 20,000 numbers', over: 'rxllm, 5,000 numbers', target: 1.1 },
      ...compared('rxllm-parse', 'openai', 'partial-json'),
    ],
  },
  paced: {
    title: '100 streams, an event per 10 ms',
    load: { ...long, mode: 'paced', chunks: 300, streams: 100, repeat: 1 },
    warmUp: { mode: 'coalesced', chunks: 20_000, streams: 1, repeat: 8 },
    runs: runs('by-hand', 'rxllm', 'undici', 'openai'),
    rows: [{ figure: 'chunk', of: 'rxllm', over: 'by-hand', target: 0.75 }, ...compared('by-hand', 'undici', 'openai')],
  },
  first: {
    title: 'A request with one chunk of text',
    load: { ...long, chunks: 1, repeat: 3_000 },
    warmUp: { repeat: 1_000 },
    runs: runs('by-hand', 'rxllm', 'rxllm-fetch', 'undici', 'openai'),
    rows: [
      { figure: 'stream', of: 'rxllm', over: 'by-hand', target: 0.8 },
      { figure: 'stream', of: 'rxllm-fetch', over: 'by-hand' },
      { figure: 'stream', of: 'undici', over: 'by-hand' },
      { figure: 'stream', of: 'openai', over: 'by-hand' },
    ],
  },
  heap: {
    title: 'A quiet open stream, 5,000 at once',
    load: { ...long, mode: 'idle', chunks: 1, streams: 5_000, repeat: 1 },
    warmUp: { mode: 'coalesced', streams: 50, repeat: 10 },
    runs: {
      ...runs('rxllm', 'undici', 'by-hand'),
      'rxllm, h2': { contender: 'rxllm', load: { listener: 'wideH2' }, warmUp: { listener: 'h2' } },
      'http2, h2': { contender: 'http2', load: { listener: 'wideH2' }, warmUp: { listener: 'h2' } },
    },
    rows: [
      { figure: 'heap', of: 'rxllm', target: 14_500 },
      { figure: 'heap', of: 'undici' },
      { figure: 'heap', of: 'by-hand' },
      { figure: 'heap', of: 'rxllm, h2', target: 9_000 },
      { figure: 'connections', of: 'rxllm, h2', target: 8 },
      { figure: 'heap', of: 'http2, h2' },
    ],
  },
  relay: {
    title: 'Relayed, 50 streams, an event per 10 ms',
    load: { ...long, mode: 'paced', chunks: 300, streams: 50, repeat: 1, readers: 1 },
    warmUp: {},
    runs: {
      ...runs('rxllm', ...relays),
      ...Object.fromEntries(
        relays.map((contender) => [`${contender}, ten readers`, { contender, load: { streams: 10, readers: 10 } }]),
      ),
    },
    rows: [
      { figure: 'chunk', of: 'rxllm-relay', over: 'rxllm', target: 2 },
      ...compared('rxllm', 'pipe-relay', 'resumable-stream'),
      ...compared('rxllm-relay', 'pipe-relay', 'resumable-stream'),
      { figure: 'chunk', of: 'rxllm-relay, ten readers', over: 'rxllm-relay' },
      ...compared('rxllm-relay, ten readers', 'pipe-relay, ten readers', 'resumable-stream, ten readers'),
    ],
  },
  'relay-bulk': {
    title: 'Relayed, 20,000 chunks as fast as they are read',
    load: { ...long, repeat: 4, readers: 1 },
    warmUp: { repeat: 4 },
    runs: runs('rxllm', ...relays),
    rows: [
      { figure: 'chunk', of: 'rxllm-relay', over: 'rxllm' },
      ...compared('rxllm-relay', 'pipe-relay', 'resumable-stream'),
    ],
  },
  'relay-memory': {
    title: 'Relayed open streams, 5,000 at once',
    load: { ...long, mode: 'idle', chunks: 1, streams: 5_000, repeat: 1, readers: 1 },
    warmUp: { mode: 'coalesced', streams: 50, repeat: 10 },
    runs: runs(...relays),
    rows: [
      { figure: 'memory', of: 'rxllm-relay', target: 2 ** 30 },
      { figure: 'memory', of: 'pipe-relay' },
      { figure: 'memory', of: 'resumable-stream' },
      { figure: 'heap', of: 'rxllm-relay' },
      { figure: 'heap', of: 'pipe-relay' },
      { figure: 'heap', of: 'resumable-stream' },
    ],
  },
  tls: {
    title: '500 streams over TLS',
    load: { ...long, listener: 'h2', chunks: 20, streams: 500, repeat: 1 },
    warmUp: { listener: 'wideH2', streams: 50, repeat: 20 },
    runs: {
      'rxllm, h2': { contender: 'rxllm' },
      'rxllm, HTTP/1.1': { contender: 'rxllm', load: { listener: 'tls' }, warmUp: { listener: 'http' } },
      'http2, h2': { contender: 'http2' },
    },
    rows: [
      { figure: 'connections', of: 'rxllm, h2', target: 8 },
      { figure: 'stream', of: 'rxllm, h2', over: 'rxllm, HTTP/1.1', target: 0.25 },
      { figure: 'first', of: 'rxllm, h2', over: 'rxllm, HTTP/1.1', target: 0.2 },
      { figure: 'stream', of: 'http2, h2', over: 'rxllm, HTTP/1.1' },
      { figure: 'first', of: 'http2, h2', over: 'rxllm, HTTP/1.1' },
    ],
  },
  'start-up': {
    title: 'The start of a program',
    load: none,
    warmUp: {},
    runs: {
      'import rxllm': { contender: 'rxllm', starts: 'import' },
      'import openai': { contender: 'openai', starts: 'import' },
      'require rxllm': { contender: 'rxllm', starts: 'require' },
      'require openai': { contender: 'openai', starts: 'require' },
      'rxllm --version': { contender: 'rxllm', starts: 'version' },
      'node -e 0': { contender: 'by-hand', starts: 'nothing' },
    },
    rows: [
      { figure: 'start', of: 'import rxllm', over: 'import openai', target: 1 },
      { figure: 'start', of: 'require rxllm', over: 'require openai', target: 1 },
      { figure: 'start', of: 'rxllm --version', over: 'node -e 0', target: 1.3 },
    ],
  },
};
