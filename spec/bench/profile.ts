import { readFileSync } from 'node:fs';
import { type HeapProfiler, type Profiler, type Runtime } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

/** What each part of the program took: percent of the CPU time, or bytes of each open stream. */
export type Shares = Readonly<Record<string, number>>;

/** Starts to sample the CPU; returns a function that stops it, and tells the self time of each group of modules. */
export async function profileCpu(): Promise<() => Promise<Shares>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return percent(sumOf(samplesOf(profile)));
  };
}

/** Starts to sample allocations; returns a function that tells what is still held, by the module that allocated it. */
export async function profileHeap(): Promise<(streams: number) => Promise<Shares>> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', { samplingInterval: 16_384 });
  return async (streams) => {
    const { profile } = await session.post('HeapProfiler.stopSampling');
    session.disconnect();
    return sumOf(allocationsOf(profile.head, streams));
  };
}

type Sample = readonly [where: Runtime.CallFrame, amount: number];

function samplesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): readonly Sample[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  return samples.flatMap((id, place) => {
    const frame = frames.get(id);
    return frame === undefined || frame.functionName === '(idle)' ? [] : [[frame, timeDeltas[place] ?? 0] as const];
  });
}

function allocationsOf(node: HeapProfiler.SamplingHeapProfileNode, streams: number): readonly Sample[] {
  const inner = node.children.flatMap((child) => allocationsOf(child, streams));
  return [[node.callFrame, node.selfSize / streams], ...inner];
}

function sumOf(samples: readonly Sample[]): Shares {
  const sums: Record<string, number> = {};
  for (const [frame, amount] of samples) {
    const group = groupOf(frame);
    sums[group] = (sums[group] ?? 0) + amount;
  }
  return sums;
}

function percent(sums: Shares): Shares {
  const total = Object.values(sums).reduce((sum, each) => sum + each, 0);
  return Object.fromEntries(Object.entries(sums).map(([group, sum]) => [group, (sum / total) * 100]));
}

/** Names the part of the program that a function belongs to. The engine counts `JSON.parse` to the function that calls it. */
function groupOf({ functionName, url, lineNumber }: Runtime.CallFrame): string {
  if (url === '') {
    return functionName === '(garbage collector)' ? 'garbage collection' : 'engine';
  }
  if (functionName === 'parseJson') {
    return 'JSON.parse';
  }
  if (url.startsWith('node:')) {
    return url.startsWith('node:internal/deps/undici') ? 'fetch of Node' : 'Node';
  }
  if (url.startsWith('wasm:')) {
    return 'HTTP parser';
  }
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return nameOf(bundledFile(file, lineNumber) ?? file);
}

function nameOf(file: string): string {
  const [, installed] = /.*node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/u.exec(file) ?? [];
  const [, folder] = /(?:^|\/)(?:src|dist\/(?:esm|cjs))\/([^/]+)/u.exec(file) ?? [];
  return installed ?? (folder === undefined ? 'the contender itself' : `rxllm ${folder}`);
}

const comments = new Map<string, readonly (readonly [line: number, file: string])[]>();

/** Returns the source file of a line of a bundle: esbuild names each in a comment. */
function bundledFile(bundle: string, line: number): string | undefined {
  if (!comments.has(bundle)) {
    const lines = readFileSync(bundle, 'utf8').split('\n');
    const found = lines.flatMap((text, place) => {
      const [, file] = /^\s*\/\/ ((?:src|spec|node_modules)\/\S+)$/u.exec(text) ?? [];
      return file === undefined ? [] : [[place, file] as const];
    });
    comments.set(bundle, found);
  }
  return [...(comments.get(bundle) ?? [])].reverse().find(([place]) => place <= line)?.[1];
}
