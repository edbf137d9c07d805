import { catchError, first, forkJoin, lastValueFrom, type Observable, of, ReplaySubject, switchMap } from 'rxjs';
import { type Client, createClient, type ResponseInfo, textDeltas, toText } from '../../src/index.node.js';
import type { RelayFigures } from '../support/serve-relay.js';
import { type RunningProgram, spawnProgram } from '../support/spawn-program.js';
import { startCuttingProxy } from './cutting-proxy.js';
import type { RelayNodeSettings } from './relay-node.js';
import type { RedisServer } from './start-redis.js';
import { askForWords, createWords, type Words } from './words.js';

/** How many readers read what. */
export interface RelayLoad {
  readonly readers: number;
  /** How often the connection of each is cut. */
  readonly cuts: number;
  /** Whether all read one stream, or each its own. */
  readonly shared: boolean;
  /** Of each stream. */
  readonly words: number;
  /** Milliseconds from one word to the next. */
  readonly pace: number;
  readonly seed: number;
}

/** What a {@link RelayLoad} showed. */
export interface RelayLoadResult {
  /** What readers have whose text is not the one that the model wrote. */
  readonly wrong: readonly string[];
  /** How often each reader was cut. */
  readonly cuts: readonly number[];
  /** How often they resumed, all together: also a cut connection that they had to open again. */
  readonly resumes: number;
  /** Milliseconds. */
  readonly wall: number;
  readonly nodes: readonly RelayFigures[];
  /** Events that the model sent. */
  readonly events: number;
  /** Scripts that the nodes ran, and all commands of Redis, those of scripts and notifications included. */
  readonly redis: { readonly scripts: number; readonly commands: number; readonly notified: number };
}

/** A model's server, and two nodes that relay to it and share a Redis. */
export interface RelayNodes {
  readonly server: RedisServer;
  readonly nodes: readonly RunningProgram[];
  close(): Promise<void>;
}

/** Starts the server and the nodes, each as a program of its own. */
export async function startNodes(server: RedisServer): Promise<RelayNodes> {
  const upstream = await spawnProgram('spec/redis/upstream.ts', {});
  const settings: RelayNodeSettings = {
    upstream: String(upstream.ready['url']),
    redis: server.url,
    lease: 60_000,
    config: { detach: 600_000 },
  };
  const nodes = await Promise.all([0, 1].map(() => spawnProgram('spec/redis/relay-node.ts', settings)));
  const close = async (): Promise<void> => {
    await Promise.all([upstream, ...nodes].map((program) => program.kill()));
  };
  return { server, nodes, close };
}

/**
 * Lets readers read streams over two nodes, by a proxy that gives each request to the next node and cuts connections at
 * random. Every reader resumes with the client.
 */
export async function runLoad({ server, nodes }: RelayNodes, load: RelayLoad): Promise<RelayLoadResult> {
  const { readers, cuts, shared, pace, seed } = load;
  const targets = nodes.map(({ ready }) => String(ready['url']));
  // After the words come the finish reason and `[DONE]`.
  const proxy = await startCuttingProxy({ targets, seed, cuts, last: load.words + 2 });
  const redis = await server.connect();
  const before = countCommands(await redis.info('commandstats'));
  const begun = performance.now();
  const wordsOf = (reader: number): Words => ({ seed: seed + (shared ? 0 : reader), count: load.words, pace });
  let resumes = 0;
  const client = createClient({
    baseURL: `${proxy.url}/v1`,
    resume: { maxDelay: 100, notify: () => (resumes += 1) },
  });
  const texts = await lastValueFrom(readAll(client, load, wordsOf));
  const wall = performance.now() - begun;
  const after = countCommands(await redis.info('commandstats'));
  const figures = await Promise.all(nodes.map((node) => node.ask('figures')));
  await proxy.close();
  return {
    wrong: texts.filter((text, reader) => text !== createWords(wordsOf(reader)).join('')),
    cuts: texts.map((_text, reader) => proxy.cutsOf.get(String(reader)) ?? 0),
    resumes,
    wall,
    nodes: figures as unknown as readonly RelayFigures[],
    events: (shared ? 1 : readers) * (load.words + 2),
    redis: {
      scripts: after.scripts - before.scripts,
      commands: after.commands - before.commands,
      notified: after.notified - before.notified,
    },
  };
}

/** Emits the texts of all readers at the end. */
function readAll(
  client: Client,
  { readers, shared }: RelayLoad,
  wordsOf: (reader: number) => Words,
): Observable<readonly string[]> {
  const optionsOf = (reader: number) => ({
    apiKey: `user-${shared ? 0 : reader}`,
    headers: { 'x-reader': String(reader) },
  });
  const id = new ReplaySubject<string>(1);
  const onResponse = ({ streamId }: ResponseInfo): void => id.next(streamId!);
  const begin = (reader: number) => client.chat(askForWords(wordsOf(reader)), { ...optionsOf(reader), onResponse });
  const join = (reader: number) =>
    id.pipe(
      first(),
      switchMap((streamId) => client.resumeStream(streamId, { api: 'chat', ...optionsOf(reader) })),
    );
  return forkJoin(
    Array.from({ length: readers }, (_, reader) =>
      (shared && reader > 0 ? join(reader) : begin(reader)).pipe(
        textDeltas(),
        toText(),
        catchError((error: unknown) => of(`${reader} failed: ${String(error)}`)),
      ),
    ),
  );
}

/** Reads how often Redis has run which command. */
function countCommands(info: string): RelayLoadResult['redis'] {
  const calls = new Map(
    [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gmu)].map(([, name, count]) => [name!, Number(count)]),
  );
  const sum = (names: readonly string[]): number => names.reduce((total, name) => total + (calls.get(name) ?? 0), 0);
  return { scripts: sum(['eval', 'evalsha']), commands: sum([...calls.keys()]), notified: sum(['publish']) };
}
