import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import { gzipSync } from 'node:zlib';
import {
  catchError,
  concat,
  concatMap,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  type Observable,
  tap,
} from 'rxjs';
import {
  type ChatCompletionRequest,
  type Client,
  converse,
  type RequestOptions,
  retryTransient,
  textDeltas,
} from '../../src/index.js';
import { eventStream, hello, textChunk } from './answers.js';
import { type LoopbackServer, type ServedExchange, startServer } from './loopback.js';

/** A user of a server program, which keeps who it works for in an `AsyncLocalStorage`. */
export interface User {
  readonly name: string;
  readonly key: string;
}

const store = new AsyncLocalStorage<User>();

/** Creates users with keys of their own. */
export function createUsers(count: number): readonly User[] {
  return Array.from({ length: count }, (_, index) => ({ name: `user-${index}`, key: `key-${index}` }));
}

/** Subscribes in the context of each user at the same time, and waits for all of them to complete. */
export async function asEach(users: readonly User[], work: (user: User) => Observable<unknown>): Promise<void> {
  const run = (user: User): Promise<unknown> =>
    lastValueFrom(work(user).pipe(ignoreElements()), { defaultValue: null });
  await Promise.all(users.map((user) => store.run(user, run, user)));
}

/** What a {@link UserServer} has received, sorted, if each user has sent so many requests with the own key. */
export function ownKeys(users: readonly User[], requests: number): readonly string[] {
  return users.flatMap(({ name, key }) => Array<string>(requests).fill(`Bearer ${key} of ${name}`)).sort();
}

/** Returns the key of the user in whose context it is called. */
export function keyOfUser(): string {
  return store.getStore()?.key ?? 'nobody';
}

/** Notes the callbacks that run in the context of another user. */
export interface Witness {
  readonly strays: readonly string[];
  readonly see: (user: User, callback: string) => void;
  /** Sees all notifications of an Observable. */
  readonly watch: <T>(user: User, what: string) => MonoTypeOperatorFunction<T>;
}

/** Creates a witness that has seen nothing. */
export function createWitness(): Witness {
  const strays: string[] = [];
  const see = (user: User, callback: string): void => {
    const here = store.getStore();
    if (here !== user) {
      strays.push(`${callback} of ${user.name} ran as ${here?.name}`);
    }
  };
  return {
    strays,
    see,
    watch: (user, what) => (source) =>
      source.pipe(
        tap({
          subscribe: () => see(user, `subscribing to ${what}`),
          next: () => see(user, `next of ${what}`),
          error: () => see(user, `error of ${what}`),
          complete: () => see(user, `complete of ${what}`),
        }),
        finalize(() => see(user, `finalize of ${what}`)),
      ),
  };
}

/** Creates a request that names the user. */
export function requestOf(user: User, text: string): ChatCompletionRequest {
  return { model: 'small', messages: [{ role: 'user', content: promptOf(user, text) }] };
}

/** Creates a prompt that names the user. */
export function promptOf({ name }: User, text: string): string {
  return `${name} asks ${text}`;
}

function readPrompt({ body }: ServedExchange): readonly [name: string | undefined, text: string | undefined] {
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
  const [name, text] = messages.at(-1)?.content.split(' asks ') ?? [];
  return [name, text];
}

/** A server for several users. */
export interface UserServer extends LoopbackServer {
  /** The `authorization` of each request, and who asked; sorted. */
  readonly received: () => readonly string[];
}

/** Starts a server that is too busy for the first request of each user. */
export async function startUserServer(): Promise<UserServer> {
  const known = new Set<string | undefined>();
  const sent: string[] = [];
  const server = await startServer({
    answer: (served) => {
      const [name, text] = readPrompt(served);
      sent.push(`${served.headers.authorization} of ${name}`);
      if (!known.has(name) || text === 'too much') {
        served.head(known.has(name) ? 400 : 503);
        served.end('{"error":{"message":"no"}}');
        known.add(name);
      } else if (text === 'briefly') {
        served.head(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
        served.end(gzipSync(hello));
      } else {
        served.head(200, { 'content-type': 'text/event-stream' });
        served.write(eventStream(textChunk('Hel')));
        setImmediate(() => served.end(eventStream(textChunk('lo', 'stop'), '[DONE]')));
      }
    },
  });
  return Object.assign(server, { received: () => [...sent].sort() });
}

/** The number of requests of a {@link sessionOf} a user. */
export const requestsOfSession = 6;

/** Chats, holds a conversation and asks for too much, with the witness in every callback. */
export function sessionOf(user: User, client: Client, { see, watch }: Witness): Observable<unknown> {
  const options: RequestOptions = {
    onResponse: () => see(user, 'onResponse'),
    interceptors: [
      (request, next) => {
        see(user, 'an interceptor');
        return next(request).pipe(watch(user, 'an exchange'));
      },
    ],
  };
  const retry = { initialDelay: 1, notify: () => see(user, 'notify') };
  const texts = ['at length', 'briefly'];
  const chats = from(texts).pipe(
    concatMap((text) =>
      client.chat(requestOf(user, text), options).pipe(retryTransient(retry), textDeltas(), watch(user, 'a chat')),
    ),
  );
  const conversation = from(texts.map((text) => promptOf(user, text))).pipe(
    converse(client, { request: { model: 'small' }, policy: 'queue', retry }),
    watch(user, 'a conversation'),
  );
  const refused = client.chat(requestOf(user, 'too much'), options).pipe(
    watch(user, 'a refused chat'),
    catchError(() => EMPTY),
  );
  return concat(chats, conversation, refused);
}
