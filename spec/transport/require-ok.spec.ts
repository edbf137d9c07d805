import { concat, map, NEVER, noop, type Observable, of, take, tap } from 'rxjs';
import { ApiError } from '../../src/errors/api-error.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import type { RateLimitError } from '../../src/errors/rate-limit-error.js';
import { requireOk, type RequireOkConfig } from '../../src/transport/require-ok.js';
import type { TransportEvent } from '../../src/transport/transport.js';
import { runMarbles } from '../support/run-marbles.js';
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
const unlimited: RequireOkConfig = { errorBodyBytes: Infinity, errorBodyTime: Infinity, redact: (text) => text };
const lost = new ConnectionError('The connection was lost');

/** What came out, with errors told by their status and message. */
function outcome(source: Observable<TransportEvent>, config: Partial<RequireOkConfig>): Observable<TransportEvent> {
  return source.pipe(requireOk({ ...unlimited, ...config }));
}

/** The ApiError of a 404 with this text as its reason. */
function gone(message: string): unknown {
  return expect.objectContaining({ name: 'ApiError', status: 404, kind: 'not_found', message: `404 ${message}` });
}

interface Diagram {
  readonly source: string;
  readonly sourceSubs: string;
  readonly expected: string;
  readonly error?: unknown;
}

function expectDiagram({ source, sourceSubs, expected, error }: Diagram, config: Partial<RequireOkConfig> = {}): void {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const exchange = cold(source, events, lost);

    expectObservable(outcome(exchange, config)).toBe(expected, events, error);
    expectSubscriptions(exchange.subscriptions).toBe(sourceSubs);
  });
}

it.each<Diagram>([
  { source: '-h-a-b-|', sourceSubs: '^------!', expected: '-h-a-b-|' },
  { source: '-h-a-#  ', sourceSubs: '^----!  ', expected: '-h-a-#  ', error: lost },
  { source: '--#     ', sourceSubs: '^-!     ', expected: '--#     ', error: lost },
  { source: '--|     ', sourceSubs: '^-!     ', expected: '--|     ' },
])('passes $source', (diagram) => {
  expectDiagram(diagram);
});

it('makes an error of another status, when its body has ended', () => {
  expectDiagram({
    source: '    -4-{-}-|',
    sourceSubs: '^------!',
    expected: '  -------#',
    error: gone('Gone'),
  });
});

it('makes an error of another status without a body', () => {
  expectDiagram({
    source: '    -4-|',
    sourceSubs: '^--!',
    expected: '  ---#',
    error: gone('The server gave no reason'),
  });
});

it('lets the status decide when the body breaks', () => {
  expectDiagram({
    source: '    -4-a-#',
    sourceSubs: '^----!',
    expected: '  -----#',
    error: gone('a'),
  });
});

it('cuts an endless body at its limit of bytes', () => {
  const diagram = {
    source: '    -4-a-b-a-b---',
    sourceSubs: '^------!     ',
    expected: '  -------#     ',
    error: gone('aba'),
  };

  expectDiagram(diagram, { errorBodyBytes: 3 });
});

it('joins a character that was cut in two', () => {
  runMarbles(({ cold, expectObservable }) => {
    const [first, second] = [Uint8Array.of(0xc3), Uint8Array.of(0xa4)].map((bytes) => ({
      type: 'data' as const,
      bytes,
    }));
    const source = cold('-4-abc|', { ...events, b: first!, c: second! });

    expectObservable(outcome(source, {})).toBe('------#', {}, gone('aä'));
  });
});

it.each([100, 199, 300, 304, 399, 400, 500, 599])('makes an error of %s', (status) => {
  let error: unknown;
  outcome(of(head(status)), {}).subscribe({ error: (reason: unknown) => (error = reason) });

  expect(error).toMatchObject({ name: 'ApiError', status });
});

it.each([200, 204, 206, 299])('passes %s', (status) => {
  const seen: unknown[] = [];
  outcome(of(head(status), events.a), {}).subscribe((event) => seen.push(event));

  expect(seen).toEqual([head(status), events.a]);
});

it('takes no more of a piece than the limit allows', () => {
  runMarbles(({ cold, expectObservable }) => {
    const source = cold('-4-a', { ...events, a: data('abcdef') });

    expectObservable(outcome(source, { errorBodyBytes: 4 })).toBe('---#', {}, gone('abcd'));
  });
});

it('stops reading a body that drips for too long', () => {
  const diagram = {
    source: '    -4--a---b--a--b--',
    sourceSubs: '^------!         ',
    expected: '  -------#         ',
    error: gone('a'),
  };

  expectDiagram(diagram, { errorBodyTime: 6 });
});

it('does not limit the time of a good body', () => {
  const diagram = {
    source: '    -h------a|',
    sourceSubs: '^--------!',
    expected: '  -h------a|',
  };

  expectDiagram(diagram, { errorBodyTime: 3 });
});

it('sets no timer when the time has no limit', () => {
  const scheduler = watchScheduler();
  const subscription = outcome(concat(of(events[4]), NEVER), { errorBodyTime: Infinity, scheduler }).subscribe();

  expect(scheduler.scheduled).toBe(0);
  subscription.unsubscribe();
});

it('leaves no timer behind', () => {
  const scheduler = watchScheduler();

  outcome(of(events[4], events.a), { errorBodyTime: 10, scheduler }).subscribe({ error: noop });

  expect([scheduler.scheduled, scheduler.waiting]).toEqual([1, 0]);
});

it('ends the source when it is unsubscribed while it reads a body', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  -4-a---b-|', events);
    const unsubscribe = '  -----!    ';
    const sourceSubs = '   ^----!    ';

    expectObservable(outcome(source, { errorBodyTime: 20 }), unsubscribe).toBe('------');
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('stops a synchronous source once nobody listens', () => {
  const asked: string[] = [];
  const source = of(events.h, events.a, events.b).pipe(tap(({ type }) => asked.push(type)));

  outcome(source, {}).pipe(take(1)).subscribe();

  expect(asked).toEqual(['head']);
});

it('cuts a synchronous body at its limit', () => {
  const asked: TransportEvent[] = [];
  const source = concat(of(events[4]), of('a', 'b', 'a', 'b').pipe(map(data))).pipe(tap((event) => asked.push(event)));
  let error: unknown;

  outcome(source, { errorBodyBytes: 2 }).subscribe({ error: (reason: unknown) => (error = reason) });

  expect(error).toEqual(gone('ab'));
  expect(asked).toHaveLength(3);
});

it('takes secrets out of what the server says', () => {
  const redact = (text: string): string => text.replaceAll('secret', '…');
  const source = of(head(401, { 'x-request-id': 'r-secret', server: 'secret' }), data('wrong key secret'));
  let error: unknown;

  outcome(source, { redact }).subscribe({ error: (reason: unknown) => (error = reason) });

  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ message: '401 wrong key …', headers: { server: '…' } });
});

it('counts a date in a header from the clock of its scheduler', () => {
  runMarbles(({ cold, expectObservable }) => {
    const date = new Date(30_000).toUTCString();
    const source = cold('(h|)', { h: head(429, { 'retry-after': date }) });
    const busy = expect.objectContaining({ name: 'RateLimitError', retryAfter: 30_000 }) as RateLimitError;

    expectObservable(outcome(source, {})).toBe('#', {}, busy);
  });
});
