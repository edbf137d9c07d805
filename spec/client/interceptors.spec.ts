import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { catchError, concatMap, EMPTY, map, NEVER, of, retry, tap, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  ApiError,
  ConnectionError,
  createClient,
  type Interceptor,
  isLlmError,
  retryTransient,
  StreamError,
  textDeltas,
  toText,
  type TransportRequest,
} from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';
import { data, head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';
const apiKey = 'secret-key-1';
const denied = answer('{"error":{"message":"Token expired"}}', { status: 401 });

/** Logs requests and events. */
function noting(name: string, log: string[]): Interceptor {
  return (request, next) => {
    log.push(`${name} request`);
    return next(request).pipe(
      tap({ next: ({ type }) => log.push(`${name} ${type}`), error: () => log.push(`${name} error`) }),
    );
  };
}

describe('interceptors', () => {
  it('wrap the exchange, the first outermost', async () => {
    const log: string[] = [];
    const { transport } = fakeTransport();
    const interceptors = [noting('outer', log), noting('inner', log)];

    await observe(createClient({ baseURL, transport, interceptors }).chat(chatRequest)).ended;

    expect(log).toEqual(['outer request', 'inner request', 'inner head', 'outer head', 'inner data', 'outer data']);
  });

  it('run once per subscription, and not before', () => {
    const log: string[] = [];
    const { transport } = fakeTransport();
    const client = createClient({ baseURL, transport, interceptors: [noting('only', log)] });
    const chunks = client.chat(chatRequest);
    expect(log).toEqual([]);

    chunks.subscribe();
    chunks.subscribe();
    client.models().subscribe({ error: () => undefined });

    expect(log.filter((line) => line === 'only request')).toHaveLength(3);
  });

  it("see the request with the caller's context, and no key", () => {
    const seen: TransportRequest[] = [];
    const { transport, requests } = fakeTransport();
    const look: Interceptor = (request, next) => {
      seen.push(request);
      return next(request);
    };

    createClient({ baseURL, transport, apiKey, interceptors: [look] })
      .chat(chatRequest, { context: { tenant: 7 }, headers: { 'x-mine': 'yes' } })
      .subscribe();

    expect(seen).toMatchObject([
      { operation: 'chat', method: 'POST', url: `${baseURL}/chat/completions`, context: { tenant: 7 } },
    ]);
    expect(seen[0]?.headers).toMatchObject({ 'x-mine': 'yes' });
    expect(JSON.stringify(seen)).not.toContain(apiKey);
    expect(JSON.stringify(seen).toLowerCase()).not.toContain('authorization');
    expect(requests[0]?.headers['authorization']).toBe(`Bearer ${apiKey}`);
  });

  it('can change the request with a copy', () => {
    const { transport, requests } = fakeTransport();
    const change: Interceptor = (request, next) =>
      next({ ...request, url: `${request.url}?traced=1`, headers: { ...request.headers, 'X-Trace': 't-1' } });

    createClient({ baseURL, transport, interceptors: [change] })
      .chat(chatRequest)
      .subscribe();

    expect(requests[0]?.url).toBe(`${baseURL}/chat/completions?traced=1`);
    expect(requests[0]?.headers).toMatchObject({ 'x-trace': 't-1', 'content-type': 'application/json' });
  });

  it.each(['authorization', 'Authorization'])("can set the header %s, which replaces the client's", (name) => {
    const { transport, requests } = fakeTransport();
    const authorize: Interceptor = (request, next) =>
      next({ ...request, headers: { ...request.headers, [name]: 'Bearer other' } });

    createClient({ baseURL, transport, apiKey, interceptors: [authorize] })
      .chat(chatRequest)
      .subscribe();

    const { authorization, ...headers } = requests[0]!.headers;
    expect(authorization).toBe('Bearer other');
    expect(Object.keys(headers)).toEqual(['accept', 'content-type']);
  });

  it('receive no key for another server', () => {
    const { transport, requests } = fakeTransport();
    const elsewhere: Interceptor = (request, next) => next({ ...request, url: 'http://other.test/v1' });

    createClient({ baseURL, transport, apiKey, interceptors: [elsewhere] })
      .chat(chatRequest)
      .subscribe();

    expect(requests[0]).toMatchObject({ url: 'http://other.test/v1' });
    expect(requests[0]!.headers).not.toHaveProperty('authorization');
  });

  it('see an ApiError for any status but 2xx', async () => {
    const seen: unknown[] = [];
    const { transport } = fakeTransport(denied);
    const look: Interceptor = (request, next) =>
      next(request).pipe(tap({ next: ({ type }) => seen.push(type), error: (error: unknown) => seen.push(error) }));

    const error = await observe(createClient({ baseURL, transport, interceptors: [look] }).chat(chatRequest)).ended;

    expect(error).toBeInstanceOf(ApiError);
    expect(seen).toEqual([error]);
    expect(error).toMatchObject({ status: 401, kind: 'authentication', message: '401 Token expired' });
  });

  it('can refresh a token and retry', async () => {
    const { transport, requests } = fakeTransport(denied, answer(hello));
    const refresh: Interceptor = (request, next) =>
      next(request).pipe(
        catchError((error: unknown) =>
          isLlmError(error) && error.kind === 'authentication'
            ? next({ ...request, headers: { ...request.headers, authorization: 'Bearer fresh' } })
            : throwError(() => error),
        ),
      );
    const client = createClient({ baseURL, transport, apiKey, interceptors: [refresh] });

    const seen = observe(client.chat(chatRequest).pipe(textDeltas(), toText()));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual(['Hello']);
    expect(requests.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${apiKey}`, 'Bearer fresh']);
  });

  it('can answer themselves, for example from a cache', async () => {
    const { transport, requests } = fakeTransport();
    const cached: Interceptor = () => answer(hello);

    const seen = observe(createClient({ baseURL, transport, interceptors: [cached] }).chat(chatRequest));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(2);
    expect(requests).toHaveLength(0);
  });

  it('can change the bytes of an answer', async () => {
    const { transport } = fakeTransport(answer('cipher'));
    const decipher: Interceptor = (request, next) =>
      next(request).pipe(map((event) => (event.type === 'data' ? data(hello) : event)));

    const seen = observe(createClient({ baseURL, transport, interceptors: [decipher] }).chat(chatRequest));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toHaveLength(2);
  });

  it('can delay a request', () => {
    runMarbles(({ cold, expectObservable }) => {
      const delayed: Interceptor = (request, next) => timer(5).pipe(concatMap(() => next(request)));
      const transport = (): ReturnType<typeof cold<ReturnType<typeof head>>> =>
        cold('-(ha|)', { h: head(), a: data(hello) });
      const client = createClient({ baseURL, transport, interceptors: [delayed] });

      expectObservable(client.chat(chatRequest).pipe(textDeltas(), toText())).toBe('------(x|)', { x: 'Hello' });
    });
  });

  it.each<[string, Interceptor]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns an Observable that fails', () => throwError(() => new Error('no'))],
  ])('fail the stream if one %s', async (_how, interceptor) => {
    const { transport } = fakeTransport();

    const seen = observe(createClient({ baseURL, transport, interceptors: [interceptor] }).chat(chatRequest));

    expect(await seen.ended).toMatchObject({ message: 'no' });
  });

  it('truncate the stream if one completes early', async () => {
    const { transport } = fakeTransport();

    const seen = observe(createClient({ baseURL, transport, interceptors: [() => EMPTY] }).chat(chatRequest));

    expect(await seen.ended).toBeInstanceOf(StreamError);
    expect(await seen.ended).toMatchObject({ kind: 'truncated', retryable: true });
  });

  it('fail with a TypeError for a url that is not absolute', async () => {
    const relative: Interceptor = (request, next) => next({ ...request, url: '/v1/chat' });

    const seen = observe(createClient({ baseURL, interceptors: [relative] }).chat(chatRequest));

    expect(await seen.ended).toBeInstanceOf(TypeError);
  });

  it('of a request override those of the client', () => {
    const log: string[] = [];
    const client = createClient({
      baseURL,
      transport: fakeTransport().transport,
      interceptors: [noting('client', log)],
    });

    client.chat(chatRequest, { interceptors: [noting('request', log)] }).subscribe();
    expect(log).toEqual(['request request', 'request head', 'request data']);

    log.length = 0;
    client.chat(chatRequest, { interceptors: [] }).subscribe();
    expect(log).toEqual([]);
  });

  it('can set a different key for each request', async () => {
    const { transport, requests } = fakeTransport();
    const perTenant: Interceptor = (request, next) =>
      of(`key-of-${String(request.context['tenant'])}`).pipe(
        concatMap((key) => next({ ...request, headers: { ...request.headers, authorization: `Bearer ${key}` } })),
      );
    const client = createClient({ baseURL, transport, interceptors: [perTenant] });

    await observe(client.chat(chatRequest, { context: { tenant: 7 } })).ended;

    expect(requests[0]?.headers['authorization']).toBe('Bearer key-of-7');
  });
});

const busy = answer('{"error":{"message":"Slow down"}}', { status: 429, headers: { 'retry-after': '3' } });

function retrying(scheduler: TestScheduler): readonly Interceptor[] {
  return [(request, next) => next(request).pipe(retryTransient({ scheduler, random: () => 0.006 }))];
}

describe('client-wide retry', () => {
  it('sends the request again after the pause the server asked for', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const { transport, requests } = fakeTransport(busy, answer(hello));
      const interceptors = retrying(scheduler);
      const client = createClient({ baseURL, transport, apiKey, interceptors, scheduler });

      expectObservable(client.chat(chatRequest).pipe(textDeltas(), toText())).toBe('3s (x|)', { x: 'Hello' });
      scheduler.flush();
      expect(requests).toHaveLength(2);
      expect(requests[1]).toEqual(requests[0]);
    });
  });

  it('stops after its number of retries, and reports each answer', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const lost = throwError(() => new ConnectionError('The connection was lost'));
      const { transport, requests } = fakeTransport(busy, lost, busy);
      const statuses: number[] = [];
      const client = createClient({ baseURL, transport, interceptors: retrying(scheduler), scheduler });
      const chunks = client.chat(chatRequest, { onResponse: ({ status }) => statuses.push(status) });

      // 3 s as the server asked, then a random pause of 6 ms.
      const error = expect.objectContaining({ name: 'RateLimitError', retryAfter: 3000 }) as Error;
      expectObservable(chunks).toBe('3s 6ms #', {}, error);
      scheduler.flush();
      expect(requests).toHaveLength(3);
      expect(statuses).toEqual([429, 429]);
    });
  });

  it('does not repeat what was emitted', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const lost = new ConnectionError('The connection was lost');
      const { transport, requests } = fakeTransport(
        cold('-ha-#', { h: head(), a: data(eventStream(textChunk('Hel'))) }, lost),
      );
      const client = createClient({ baseURL, transport, interceptors: retrying(scheduler), scheduler });

      expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe('--a-#', { a: 'Hel' }, lost);
      scheduler.flush();
      expect(requests).toHaveLength(1);
    });
  });

  it('stops when the request is unsubscribed during a pause', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const { transport, requests } = fakeTransport(busy, NEVER);
      const client = createClient({ baseURL, transport, interceptors: retrying(scheduler), scheduler });

      expectObservable(client.chat(chatRequest), '^ 1s !').toBe('');
      scheduler.flush();
      expect(requests).toHaveLength(1);
    });
  });
});

describe('an interceptor that sends a request again and again', () => {
  it('keeps the memory of its first attempts no longer than a few more', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const contexts: WeakRef<object>[] = [];
    const attempt: Interceptor = (request, next) => {
      const context = { attempt: contexts.length };
      contexts.push(new WeakRef(context));
      return contexts.length > 20
        ? NEVER
        : next({ ...request, context }).pipe(catchError(() => timer(0).pipe(concatMap(() => attempt(request, next)))));
    };
    const client = createClient({ baseURL, apiKey, transport: () => denied, interceptors: [attempt] });
    const seen = observe(client.chat(chatRequest));
    while (contexts.length <= 20) {
      await new Promise(setImmediate);
    }

    collectGarbage();

    expect(contexts.slice(0, 5).map((context) => context.deref())).toEqual(Array(5).fill(undefined));
    seen.unsubscribe();
  });

  it('has every key of its attempts removed from the last error', async () => {
    let attempts = 0;
    const client = createClient({
      baseURL,
      apiKey: () => `secret-key-${(attempts += 1)}`,
      transport: () =>
        answer('{"error":{"message":"secret-key-1 was revoked"}}', { status: attempts > 20 ? 401 : 500 }),
      interceptors: [(request, next) => next(request).pipe(retry(20))],
    });

    expect((await observe(client.chat(chatRequest)).ended) as Error).toMatchObject({
      message: '401 [redacted] was revoked',
    });
  });

  it('has a context of its own, which no other client shares', async () => {
    const contexts: object[] = [];
    const interceptors: Interceptor[] = [
      (request, next) => {
        contexts.push(request.context);
        return next(request);
      },
    ];
    for (let clients = 0; clients < 2; clients += 1) {
      await observe(createClient({ baseURL, transport: fakeTransport().transport, interceptors }).chat(chatRequest))
        .ended;
    }

    expect(contexts[0]).not.toBe(contexts[1]);
  });
});
