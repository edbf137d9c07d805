import { AsyncLocalStorage } from 'node:async_hooks';
import {
  count,
  EMPTY,
  expand,
  lastValueFrom,
  map,
  type Observable,
  of,
  repeat,
  switchMap,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { createClient } from '../../src/client/create-client.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { fallback } from '../../src/operators/fallback.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { toText } from '../../src/operators/to-text.js';
import { fakeClient } from '../../src/testing/fakes/fake-client.js';
import { answer, chatRequest, fakeTransport, hello } from '../support/answers.js';
import { runMarbles } from '../support/run-marbles.js';

/** More than the stack has room for, even if each request needs only a few frames. */
const many = 20_000;

const clients = {
  fakeClient: { client: fakeClient('Hello'), requests: many },
  // Its requests take longer, but each had 300 frames.
  'a client of a synchronous transport': {
    client: createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport(answer(hello)).transport }),
    requests: 400,
  },
};

describe.each(Object.entries(clients))('the stack of %s stays flat', (_name, { client, requests }) => {
  const ask = (): Observable<unknown> => client.chat(chatRequest);

  it.each(['next', 'complete'] as const)('if each request starts in %s of the one before', (callback) => {
    let depth = 0;
    const start = (): void => {
      depth += 1;
      if (depth < requests) {
        ask()
          .pipe(take(1))
          .subscribe({ [callback]: start });
      }
    };

    start();

    expect(depth).toBe(requests);
  });

  it.each<[string, (left: number) => Observable<unknown>]>([
    ['a function that calls itself', chainOf],
    ['expand', (left) => whole().pipe(expand((_text, index) => (index + 1 < left ? whole() : EMPTY)))],
  ])('enough for 100 requests, each of which needs the whole answer of the one before: %s', async (_which, chain) => {
    expect(await lastValueFrom(chain(100).pipe(count()))).toBeGreaterThan(0);
  });

  function whole(): Observable<unknown> {
    return client.chat(chatRequest).pipe(textDeltas(), toText());
  }

  function chainOf(left: number): Observable<unknown> {
    return whole().pipe(switchMap((text) => (left > 1 ? chainOf(left - 1) : of(text))));
  }

  it('if a request is repeated', async () => {
    const single = await lastValueFrom(ask().pipe(count()));

    expect(await lastValueFrom(ask().pipe(repeat(requests), count()))).toBe(single * requests);
  });
});

describe('fallback', () => {
  it('tries 20,000 sources that fail at once', async () => {
    const lost = new ConnectionError('The connection was lost');
    const failing = throwError(() => lost);

    for (const source of [failing, fakeClient(failing).chat(chatRequest)]) {
      const sources = Array.from({ length: many }, () => source);

      await expect(lastValueFrom(fallback(sources))).rejects.toMatchObject({ message: lost.message });
    }
  });
});

describe('a request that starts in a callback of a synchronous one', () => {
  it('is answered before the outermost subscribe returns', () => {
    const client = fakeClient(['A', 'B']);
    const order: string[] = [];
    const askAgain = (): void => {
      client.chat(chatRequest).subscribe({ complete: () => order.push('answered') });
      order.push('asked');
    };

    client.chat(chatRequest).subscribe({ complete: askAgain });
    order.push('returned');

    expect(order).toEqual(['asked', 'answered', 'returned']);
  });

  it('is not sent if it is unsubscribed in that callback', () => {
    const client = fakeClient('Hello');
    const askAndLeave = (): void => client.chat(chatRequest).subscribe().unsubscribe();

    client.chat(chatRequest).subscribe({ complete: askAndLeave });

    expect(client.requests).toHaveLength(1);
  });

  it('runs in the async context that it was subscribed in', () => {
    const users = new AsyncLocalStorage<string>();
    const { transport, requests } = fakeTransport(answer(hello));
    const client = createClient({
      baseURL: 'http://server.test/v1',
      apiKey: () => `key-of-${users.getStore() ?? 'nobody'}`,
      transport,
    });
    const seen: unknown[] = [];
    const askAs = (user: string, complete: () => void): void => {
      users.run(user, () => client.chat(chatRequest).subscribe({ complete }));
    };

    askAs('Ada', () => askAs('Bob', () => seen.push(users.getStore())));

    expect(seen).toEqual(['Bob']);
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer key-of-Ada', 'Bearer key-of-Bob']);
  });
});

describe('repeat in a marble test', () => {
  it('gets all answers at one frame', () => {
    runMarbles(({ expectObservable }) => {
      const texts = fakeClient('Hello')
        .chat(chatRequest)
        .pipe(
          repeat(2_000),
          toArray(),
          map(({ length }) => length),
        );

      expectObservable(texts).toBe('(a|)', { a: 6_000 });
    });
  });
});
