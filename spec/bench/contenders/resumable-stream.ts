import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { TextDecoderStream } from 'node:stream/web';
import type { Contender, ContenderConfig } from './contender.js';
import { fetchUpstream, openRelay, sendStream } from './relaying.js';

/** What the package needs of a connection to Redis. */
interface Publisher {
  readonly connect: () => Promise<unknown>;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
  readonly set: (key: string, value: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<string | null>;
  readonly incr: (key: string) => Promise<number>;
}

/** What it needs of one that listens. */
interface Subscriber {
  readonly connect: () => Promise<unknown>;
  readonly subscribe: (channel: string, callback: (message: string) => void) => Promise<unknown>;
  readonly unsubscribe: (channel: string) => Promise<unknown>;
}

interface Store {
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
}

interface ResumableStreams {
  readonly createNewResumableStream: (
    id: string,
    make: () => ReadableStream<string>,
  ) => Promise<ReadableStream<string> | null>;
  readonly resumeExistingStream: (id: string) => Promise<ReadableStream<string> | null | undefined>;
}

// The package is installed beside this file, where the compiler of the whole tree does not look for it.
const { createResumableStreamContext } = createRequire(import.meta.url)('resumable-stream/generic') as {
  readonly createResumableStreamContext: (options: Store & { readonly waitUntil: null }) => ResumableStreams;
};

/** The `resumable-stream` package around the body of `fetch`, over channels and keys in memory in place of Redis. */
export function createContender(config: ContenderConfig): Promise<Contender> {
  const context = createResumableStreamContext({ waitUntil: null, ...createStore() });
  return openRelay((request, response) => {
    request.resume();
    const known = request.method === 'GET' ? request.url?.split('/').at(-1) : undefined;
    const answer = async (id: string): Promise<void> => {
      const body = known === undefined ? await begin(id) : await context.resumeExistingStream(id);
      if (body) {
        sendStream(id, body as Parameters<typeof sendStream>[1], response);
      } else {
        // Of a stream that has ended nothing is left.
        response.writeHead(204).end();
      }
    };
    const begin = async (id: string): Promise<ReadableStream<string> | null> => {
      const text = (await fetchUpstream(config)).pipeThrough(new TextDecoderStream());
      return context.createNewResumableStream(id, () => text as ReadableStream<string>);
    };
    void answer(known ?? randomUUID());
  }, config);
}

/** Delivers a message in a turn of its own, as a connection would. */
function createStore(): Store {
  const keys = new Map<string, string>();
  const listeners = new Map<string, (message: string) => void>();
  return {
    publisher: {
      connect: () => Promise.resolve(),
      publish: (channel, message) => {
        queueMicrotask(() => listeners.get(channel)?.(message));
        return Promise.resolve(1);
      },
      set: (key, value) => {
        keys.set(key, value);
        return Promise.resolve('OK');
      },
      get: (key) => Promise.resolve(keys.get(key) ?? null),
      incr: (key) => {
        const count = Number(keys.get(key) ?? 0) + 1;
        keys.set(key, String(count));
        return Promise.resolve(count);
      },
    },
    subscriber: {
      connect: () => Promise.resolve(),
      subscribe: (channel, callback) => {
        listeners.set(channel, callback);
        return Promise.resolve(1);
      },
      unsubscribe: (channel) => Promise.resolve(listeners.delete(channel)),
    },
  };
}
