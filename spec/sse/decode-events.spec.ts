import { concat, finalize, from, NEVER, of, Subject, take, tap } from 'rxjs';
import { LimitError } from '../../src/errors/limit-error.js';
import { decodeEvents, type DecodeEventsConfig } from '../../src/sse/decode-events.js';
import type { ServerSentEvent } from '../../src/sse/block-parser.js';
import { runMarbles } from '../support/run-marbles.js';
import { encode, message, named } from './event-pieces.js';

const pieces = {
  a: encode('data: 1\n'),
  b: encode('\ndata: 2\n\nda'),
  c: encode('ta: 3\n'),
};
const events = { x: message('1'), y: message('2'), z: message('3') };

describe('decodeEvents', () => {
  it('emits each event at its empty line, and the unterminated one at the end', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const bytes = cold('  -a--b---c-|   ', pieces);
      const bytesSubs = '   ^---------!   ';
      const expected = '    ----(xy)--(z|)';

      expectObservable(bytes.pipe(decodeEvents())).toBe(expected, events);
      expectSubscriptions(bytes.subscriptions).toBe(bytesSubs);
    });
  });

  it('discards the unterminated event in spec mode', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const bytes = cold('  -a--b---c-|', pieces);
      const bytesSubs = '   ^---------!';
      const expected = '    ----(xy)--|';

      expectObservable(bytes.pipe(decodeEvents({ mode: 'spec' }))).toBe(expected, events);
      expectSubscriptions(bytes.subscriptions).toBe(bytesSubs);
    });
  });

  it('passes an error through, without the unterminated event', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const bytes = cold('  -a--b---c-#', pieces);
      const bytesSubs = '   ^---------!';
      const expected = '    ----(xy)--#';

      expectObservable(bytes.pipe(decodeEvents())).toBe(expected, events);
      expectSubscriptions(bytes.subscriptions).toBe(bytesSubs);
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const bytes = cold('  -a--b---c-|', pieces);
      const bytesSubs = '   ^--------!  ';
      const expected = '    ----(xy)----';
      const unsubscribe = ' ---------!  ';

      expectObservable(bytes.pipe(decodeEvents()), unsubscribe).toBe(expected, events);
      expectSubscriptions(bytes.subscriptions).toBe(bytesSubs);
    });
  });

  it.each([
    ['emits nothing while there are no bytes', '-----', '-----'],
    ['completes if there are no bytes', '---|', '---|'],
    ['errors if the source errors', '---#', '---#'],
  ])('%s', (_title, marble, expected) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold<Uint8Array>(marble).pipe(decodeEvents())).toBe(expected);
    });
  });

  it('parses separately for each subscriber', () => {
    runMarbles(({ hot, expectObservable }) => {
      const bytes = hot('   -a--b---c-|   ', pieces);
      const expected = '    ----(xy)--(z|)';
      const late = '        --^           ';
      const expectedLate = '----y-----(z|)';
      const decoded = bytes.pipe(decodeEvents());

      expectObservable(decoded).toBe(expected, events);
      expectObservable(decoded, late).toBe(expectedLate, events);
    });
  });

  it('stops a synchronous source at the event after which it is unsubscribed', () => {
    const steps: string[] = [];
    const push = encode('data: a\n\ndata: b\n\n');

    of(push, push, push)
      .pipe(
        tap(() => steps.push('push')),
        finalize(() => steps.push('stop')),
        decodeEvents(),
        take(3),
      )
      .subscribe(({ data }) => steps.push(data));

    expect(steps).toEqual(['push', 'a', 'b', 'push', 'a', 'stop']);
  });

  it('keeps the order if a consumer makes more bytes arrive', () => {
    const bytes = new Subject<Uint8Array>();
    const seen: string[] = [];
    bytes.pipe(decodeEvents()).subscribe(({ data }) => {
      seen.push(data);
      if (data === 'a') {
        bytes.next(encode('data: c\n\n'));
      }
    });

    bytes.next(encode('data: a\n\ndata: b\n\n'));

    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('emits the unterminated event whatever its data', () => {
    expect(decode(['event: x\ndata: {"cut'])).toEqual({ events: [named('x', '{"cut')], error: undefined });
    expect(decode(['data: a\n\nevent: x\n'])).toEqual({ events: [message('a')], error: undefined });
    expect(decode([' data: a\n\nerror: {}\n\n'])).toEqual({ events: [], error: undefined });
  });

  describe('eventBytes', () => {
    it('errors with LimitError for a longer event, after the events before it', () => {
      const { events: emitted, error } = decode(['data: 1\n\ndata: 2\n\ndata: 345\n\ndata: 6\n\n'], { eventBytes: 8 });

      expect(emitted).toEqual([message('1'), message('2')]);
      expect(error).toBeInstanceOf(LimitError);
      expect(error).toMatchObject({ limit: 'eventBytes', maximum: 8, kind: 'limit', retryable: false });
    });

    it('unsubscribes as soon as it is exceeded, before the end of the line', () => {
      const steps: string[] = [];
      concat(of(encode('data: 12345')), NEVER)
        .pipe(
          finalize(() => steps.push('stop')),
          decodeEvents({ eventBytes: 10 }),
        )
        .subscribe({ error: () => steps.push('error') });

      expect(steps).toEqual(['error', 'stop']);
    });

    it('is 16 MiB by default', () => {
      const start = encode('data: ');
      const limit = new Uint8Array(16 * 1024 * 1024 - start.length).fill(0x78);

      expect(decode([start, limit, '\n\n']).events[0]?.data).toHaveLength(limit.length);
      expect(decode([start, limit, 'x']).error).toMatchObject({ limit: 'eventBytes', maximum: 16_777_216 });
    });

    it('can be Infinity', () => {
      expect(decode(['data: 1\n\n'], { eventBytes: Infinity }).events).toEqual([message('1')]);
    });
  });

  it.each<[config: unknown, field: RegExp]>([
    [{ mode: 'strict' }, /mode must be 'flush' or 'spec'/u],
    [{ mode: null }, /mode/u],
    [{ eventBytes: 0 }, /eventBytes must be a positive number/u],
    [{ eventBytes: -1 }, /eventBytes/u],
    [{ eventBytes: NaN }, /eventBytes/u],
    [{ eventBytes: '16' }, /eventBytes/u],
  ])('rejects %j at the call', (config, field) => {
    expect(() => decodeEvents(config as DecodeEventsConfig)).toThrow(TypeError);
    expect(() => decodeEvents(config as DecodeEventsConfig)).toThrow(field);
  });
});

function decode(
  parts: readonly (string | Uint8Array)[],
  config?: DecodeEventsConfig,
): { readonly events: readonly ServerSentEvent[]; readonly error: unknown } {
  const emitted: ServerSentEvent[] = [];
  let failure: unknown;
  from(parts.map((part) => (typeof part === 'string' ? encode(part) : part)))
    .pipe(decodeEvents(config))
    .subscribe({
      next: (event) => emitted.push(event),
      error: (error: unknown) => (failure = error),
    });
  return { events: emitted, error: failure };
}
