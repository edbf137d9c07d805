import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  first,
  from,
  interval,
  lastValueFrom,
  map,
  type Observable,
  of,
  share,
  shareReplay,
  Subject,
  timer,
} from 'rxjs';
import { Agent, MockAgent } from 'undici';
import {
  type BudgetStore,
  converse,
  createClient,
  fetchTransport,
  type Interceptor,
  limitRate,
  retryTransient,
  type Transport,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { chunksOf, fakeTransport } from '../../src/testing/index.js';
import { hello } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import {
  asEach,
  createUsers,
  createWitness,
  keyOfUser,
  ownKeys,
  promptOf,
  requestOf,
  requestsOfSession,
  sessionOf,
  startUserServer,
} from '../support/users.js';

let agent: Agent;

const transports: readonly (readonly [name: string, users: number, createTransport: () => Transport])[] = [
  ['undici', 200, () => undiciTransport()],
  ['undici with 4 connections', 200, () => undiciTransport({ dispatcher: agent })],
  ['fetch', 50, () => fetchTransport()],
];

describe('the async context of a subscription', () => {
  expectQuietProcess();
  beforeEach(() => (agent = new Agent({ connections: 4 })));
  afterEach(closeServers);
  afterEach(() => agent.destroy());

  describe.each(transports)('over %s', (_name, count, createTransport) => {
    it(`is its own in every callback, and its key is sent, with ${count} users at once on kept connections`, async () => {
      const server = await startUserServer();
      const users = createUsers(count);
      const witness = createWitness();
      const client = createClient({ baseURL: server.url, transport: createTransport(), apiKey: keyOfUser });

      await asEach(users, (user) => sessionOf(user, client, witness));

      expect(witness.strays).toEqual([]);
      expect(server.received()).toEqual(ownKeys(users, requestsOfSession));
      expect(server.connections).toBeLessThan(server.requests / 2);
    });

    it.each([
      ['a deadline passes', (): void => undefined],
      ['the connection breaks', ({ reset }: { readonly reset: () => void }): void => reset()],
    ])('is its own when %s', async (_when, answer) => {
      const server = await startServer({ answer });
      const witness = createWitness();
      const transport = createTransport();
      const client = createClient({ baseURL: server.url, transport, deadlines: { headers: 5 } });

      await asEach(createUsers(20), (user) =>
        client.chat(requestOf(user, 'in vain')).pipe(
          retryTransient({ count: 1, initialDelay: 1, notify: () => witness.see(user, 'notify') }),
          witness.watch(user, 'a chat'),
          catchError(() => EMPTY),
        ),
      );

      expect(witness.strays).toEqual([]);
    });

    it('is its own after a key that users share arrived', async () => {
      const server = await startUserServer();
      const witness = createWitness();
      const token = timer(5).pipe(
        map(() => 'shared'),
        shareReplay({ bufferSize: 1, refCount: false }),
      );
      const client = createClient({ baseURL: server.url, transport: createTransport(), apiKey: () => token });

      await asEach(createUsers(20), (user) => sessionOf(user, client, witness));

      expect(witness.strays).toEqual([]);
    });

    it('is its own after a turn in a queue of an interceptor, and its key is sent', async () => {
      const server = await startUserServer();
      const users = createUsers(20);
      const witness = createWitness();
      const client = createClient({
        baseURL: server.url,
        transport: createTransport(),
        apiKey: keyOfUser,
        interceptors: [oneAtATime()],
      });

      await asEach(users, (user) =>
        client
          .chat(requestOf(user, 'at length'))
          .pipe(retryTransient({ initialDelay: 1 }), witness.watch(user, 'a chat')),
      );

      expect(witness.strays).toEqual([]);
      expect(server.received()).toEqual(ownKeys(users, 2));
    });
  });

  it.each<[string, Interceptor]>([
    ['sends requests in turn', oneAtATime()],
    ['answers from a clock that users share', onSharedClock()],
    ['bounds how many are open', limitRate({ concurrency: 2 })],
    ['holds requests back until a window has room', limitRate({ requests: 10, window: 5 })],
    ['asks a store that users share', limitRate({ requests: 1, store: slowStore() })],
  ])('is its own in and after the interceptors inside one that %s', async (_what, outer) => {
    const server = await startUserServer();
    const users = createUsers(20);
    const witness = createWitness();
    const asUser: Interceptor = (request, next) =>
      next({ ...request, headers: { ...request.headers, authorization: `Bearer ${keyOfUser()}` } });
    const client = createClient({ baseURL: server.url, interceptors: [outer, asUser] });

    await asEach(users, (user) =>
      client
        .chat(requestOf(user, 'at length'))
        .pipe(retryTransient({ initialDelay: 1 }), witness.watch(user, 'a chat')),
    );

    expect(witness.strays).toEqual([]);
    expect(server.received()).toEqual(ownKeys(users, 2));
  });

  it.each(['queue', 'parallel'] as const)(
    'is that of the sender for each prompt of a conversation that users share, in policy %s',
    async (policy) => {
      const server = await startUserServer();
      const users = createUsers(20);
      const prompts = new Subject<string>();
      const client = createClient({ baseURL: server.url, apiKey: keyOfUser });

      const conversation = lastValueFrom(
        prompts.pipe(converse(client, { request: { model: 'small' }, policy, retry: { initialDelay: 1 } })),
      );
      await asEach(users, (user) =>
        defer(() => {
          prompts.next(promptOf(user, 'at length'));
          return EMPTY;
        }),
      );
      prompts.complete();
      await conversation;

      expect(server.received()).toEqual(ownKeys(users, 2));
    },
  );

  it('is its own over a MockAgent, which answers synchronously or later', async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    const pool = mock.get('http://server.test');
    pool.intercept({ path: '/v1/chat/completions', method: 'POST' }).reply(200, hello).times(20);
    pool.intercept({ path: '/v1/chat/completions', method: 'POST' }).reply(200, hello).delay(1).persist();
    const witness = createWitness();
    const transport = undiciTransport({ dispatcher: mock });
    const client = createClient({ baseURL: 'http://server.test/v1', transport });

    await asEach(createUsers(20), (user) =>
      of(1, 2).pipe(concatMap(() => client.chat(requestOf(user, 'twice')).pipe(witness.watch(user, 'a chat')))),
    );

    expect(witness.strays).toEqual([]);
    await mock.close();
  });

  it('is its own over a fake transport', async () => {
    const chunks = from(chunksOf('Well then')).pipe(concatMap((chunk) => timer(1).pipe(map(() => ({ ...chunk })))));
    const transport = fakeTransport(() => ({ headAfter: 1, body: chunks }));
    const witness = createWitness();
    const client = createClient({ baseURL: 'http://server.test/v1', transport });

    await asEach(createUsers(20), (user) =>
      of(1, 2).pipe(concatMap(() => client.chat(requestOf(user, 'twice')).pipe(witness.watch(user, 'a chat')))),
    );

    expect(witness.strays).toEqual([]);
  });
});

/** Sends the requests of all users one after another. */
function oneAtATime(): Interceptor {
  let last: Observable<never> = EMPTY;
  return (request, next) =>
    defer(() => {
      const before = last;
      const done = new Subject<never>();
      last = done;
      return concat(before, next(request).pipe(finalize(() => done.complete())));
    });
}

/** A budget that always has room, and answers when a timer ticks that the first user started. */
function slowStore(): BudgetStore {
  const tick = interval(1).pipe(
    share(),
    first(),
    map(() => 0),
  );
  return { take: () => tick, give: () => EMPTY, hold: () => EMPTY };
}

/** Sends requests, and passes on what comes, when a timer ticks that the first user started. */
function onSharedClock(): Interceptor {
  const ticks = interval(1).pipe(share());
  return (request, next) =>
    ticks.pipe(
      first(),
      concatMap(() => next(request)),
      concatMap((event) =>
        ticks.pipe(
          first(),
          map(() => event),
        ),
      ),
    );
}
