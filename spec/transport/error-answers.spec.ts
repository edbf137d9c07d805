import { concat, ignoreElements, map, NEVER, noop, Observable, of, type SchedulerLike, take, tap } from 'rxjs';
import { ApiError, ConnectionError, createClient, type Interceptor, type TransportEvent } from '../../src/index.js';
import { chatRequest } from '../support/answers.js';
import { runMarbles } from '../support/run-marbles.js';
import { none } from '../support/timed-client.js';
import { data, head } from '../support/transport-events.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const events = {
  h: head(200),
  a: data('a'),
  b: data('b'),
  '4': head(404),
  '{': data('{"error":{"mess'),
  '}': data('age":"Gone"}}'),
};
const lost = new ConnectionError('The connection was lost');

interface Limits {
  readonly errorBodyBytes?: number;
  /** Limits the time for reading an error body, too. */
  readonly idle?: number;
  readonly scheduler?: SchedulerLike;
}

/** Sends a request whose exchange is `source` through an interceptor. */
function send(source: Observable<TransportEvent>, interceptor: Interceptor, limits: Limits): Observable<unknown> {
  const { errorBodyBytes = Infinity, idle = Infinity, scheduler } = limits;
  const client = createClient({
    baseURL: 'http://server.test/v1',
    apiKey: 'secret-key',
    transport: () => source,
    interceptors: [interceptor],
    limits: { errorBodyBytes },
    deadlines: { ...none, idle },
    scheduler,
  });
  return client.chat(chatRequest);
}

/** What an interceptor receives of an exchange. */
function received(source: Observable<TransportEvent>, limits: Limits = {}): Observable<TransportEvent> {
  return new Observable((subscriber) =>
    send(source, (request, next) => next(request).pipe(tap(subscriber), ignoreElements()), limits).subscribe({
      error: noop,
    }),
  );
}

function errorOf(source: Observable<TransportEvent>, limits: Limits = {}): unknown {
  let error: unknown;
  received(source, limits).subscribe({ error: (reason: unknown) => (error = reason) });
  return error;
}

/** The ApiError of a 404 with this reason. */
function gone(reason: string): unknown {
  return expect.objectContaining({ name: 'ApiError', status: 404, kind: 'not_found', message: `404 ${reason}` });
}

interface Diagram {
  readonly source: string;
  readonly sourceSubs: string;
  readonly expected: string;
  readonly error?: unknown;
}

function expectDiagram({ source, sourceSubs, expected, error }: Diagram, limits: Limits = {}): void {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const exchange = cold(source, events, lost);

    expectObservable(received(exchange, limits)).toBe(expected, events, error);
    expectSubscriptions(exchange.subscriptions).toBe(sourceSubs);
  });
}

describe('the status of an answer', () => {
  it.each<Diagram>([
    { source: '-h-a-b-|', sourceSubs: '^------!', expected: '-h-a-b-|' },
    { source: '-h-a-#  ', sourceSubs: '^----!  ', expected: '-h-a-#  ', error: lost },
    { source: '--#     ', sourceSubs: '^-!     ', expected: '--#     ', error: lost },
    { source: '--|     ', sourceSubs: '^-!     ', expected: '--|     ' },
  ])('lets $source pass, since it is 200 or unknown', (diagram) => {
    expectDiagram(diagram);
  });

  it.each([200, 204, 206, 299])('lets the answer pass if it is %s', (status) => {
    const seen: unknown[] = [];
    received(of(head(status), events.a)).subscribe((event) => seen.push(event));

    expect(seen).toEqual([head(status), events.a]);
  });

  it.each([100, 199, 300, 304, 399, 400, 500, 599])('turns the answer into an ApiError if it is %s', (status) => {
    expect(errorOf(of(head(status)))).toMatchObject({ name: 'ApiError', status });
  });

  it('becomes an ApiError when the body has ended', () => {
    expectDiagram({
      source: '    -4-{-}-|',
      sourceSubs: '^------!',
      expected: '  -------#',
      error: gone('Gone'),
    });
  });

  it('becomes an ApiError when there is no body', () => {
    expectDiagram({
      source: '    -4-|',
      sourceSubs: '^--!',
      expected: '  ---#',
      error: gone('The server gave no reason'),
    });
  });

  it('decides the error when the body breaks off', () => {
    expectDiagram({
      source: '    -4-a-#',
      sourceSubs: '^----!',
      expected: '  -----#',
      error: gone('a'),
    });
  });
});

describe('the body of an error answer', () => {
  it('is cut at its maximum size', () => {
    const diagram = {
      source: '    -4-a-b-a-b---',
      sourceSubs: '^------!     ',
      expected: '  -------#     ',
      error: gone('aba'),
    };

    expectDiagram(diagram, { errorBodyBytes: 3 });
  });

  it('is cut in the middle of a piece', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-4-a', { ...events, a: data('abcdef') });

      expectObservable(received(source, { errorBodyBytes: 4 })).toBe('---#', {}, gone('abcd'));
    });
  });

  it('is cut when its source is synchronous', () => {
    const emitted: TransportEvent[] = [];
    const source = concat(of(events[4]), of('a', 'b', 'a', 'b').pipe(map(data))).pipe(
      tap((event) => emitted.push(event)),
    );

    expect(errorOf(source, { errorBodyBytes: 2 })).toEqual(gone('ab'));
    expect(emitted).toHaveLength(3);
  });

  it('may be split within a character', () => {
    runMarbles(({ cold, expectObservable }) => {
      const [first, second] = [Uint8Array.of(0xc3), Uint8Array.of(0xa4)].map((bytes) => ({
        type: 'data' as const,
        bytes,
      }));
      const source = cold('-4-abc|', { ...events, b: first!, c: second! });

      expectObservable(received(source)).toBe('------#', {}, gone('aä'));
    });
  });

  it('is cut when it takes too long', () => {
    const diagram = {
      source: '    -4--a---b--a--b--',
      sourceSubs: '^------!         ',
      expected: '  -------#         ',
      error: gone('a'),
    };

    expectDiagram(diagram, { idle: 6 });
  });

  it('is not read any more after unsubscribing', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -4-a---b-|', events);
      const unsubscribe = '  -----!    ';
      const sourceSubs = '   ^----!    ';

      expectObservable(received(source, { idle: 20 }), unsubscribe).toBe('------');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('needs no timer when its time is not limited', () => {
    const scheduler = watchScheduler();
    const subscription = received(concat(of(events[4]), NEVER), { scheduler }).subscribe();

    expect(scheduler.scheduled).toBe(0);
    subscription.unsubscribe();
  });

  it('leaves no timer after its end', () => {
    const scheduler = watchScheduler();

    expect(errorOf(of(events[4], events.a), { idle: 10, scheduler })).toEqual(gone('a'));
    expect([scheduler.scheduled, scheduler.waiting]).toEqual([1, 0]);
  });

  it('is redacted, as are the headers', () => {
    const source = of(
      head(401, { 'x-request-id': 'r-secret-key', server: 'secret-key' }),
      data('wrong key secret-key'),
    );

    const error = errorOf(source);

    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ message: '401 wrong key [redacted]', headers: { server: '[redacted]' } });
  });
});

describe('an answer', () => {
  it('may take longer than an error body', () => {
    const diagram = {
      source: '    -h------a|',
      sourceSubs: '^--------!',
      expected: '  -h------a|',
    };

    expectDiagram(diagram, { idle: 3 });
  });

  it('is not read any more once an interceptor has enough of it', () => {
    const emitted: string[] = [];
    const source = of(events.h, events.a, events.b).pipe(tap(({ type }) => emitted.push(type)));

    send(source, (request, next) => next(request).pipe(take(1)), {}).subscribe({ error: noop });

    expect(emitted).toEqual(['head']);
  });

  it('has dates in its headers read by the clock of the scheduler', () => {
    runMarbles(({ cold, expectObservable }) => {
      const date = new Date(30_000).toUTCString();
      const source = cold('(h|)', { h: head(429, { 'retry-after': date }) });
      const busy = expect.objectContaining({ name: 'RateLimitError', retryAfter: 30_000 }) as unknown;

      expectObservable(received(source)).toBe('#', {}, busy);
    });
  });
});
