import { randomUUID } from 'node:crypto';
import { TextDecoderStream } from 'node:stream/web';
import { createResumableStreamContext, type Publisher, type Subscriber } from 'resumable-stream/generic';
import type { Contender, ContenderConfig } from './contender.js';
import { fetchUpstream, openRelay, sendStream } from './relaying.js';

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
function createStore(): { readonly publisher: Publisher; readonly subscriber: Subscriber } {
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
