import * as fc from 'fast-check';
import { asyncScheduler, concat, from, map, noop, Observable, of, Subject, take, tap, throwError } from 'rxjs';
import { ApiError } from '../../src/errors/api-error.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { DeadlineError } from '../../src/errors/deadline-error.js';
import { ProtocolError } from '../../src/errors/protocol-error.js';
import { RateLimitError } from '../../src/errors/rate-limit-error.js';
import { StreamError } from '../../src/errors/stream-error.js';
import { accumulateMessage } from '../../src/operators/accumulate-message.js';
import { accumulateText } from '../../src/operators/accumulate-text.js';
import { createRetryBudget } from '../../src/operators/create-retry-budget.js';
import type { RetryConfig, RetryNotice } from '../../src/operators/retry-with-backoff.js';
import { retryTransient } from '../../src/operators/retry-transient.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { attempts } from '../support/attempts.js';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const lost = new ConnectionError('The connection was lost');
const quota = new ApiError('429 Quota', { status: 429, kind: 'quota', retryable: false });
const chunks = {
  r: chatChunk({ role: 'assistant' }),
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'lo' }),
  f: finishChunk(),
};
/** Makes the pauses without a hint 3, 6 and 12 ms. */
const random = (): number => 0.006;

function busyFor(retryAfter?: number): RateLimitError {
  return new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter });
}

/** The pauses before the retries of a source that always fails with `error`, and the final error. */
function retriesOf(error: unknown, config: RetryConfig = {}): { readonly pauses: number[]; readonly last: unknown } {
  const pauses: number[] = [];
  let last: unknown;
  runMarbles(() => {
    throwError(() => error)
      .pipe(retryTransient({ ...config, notify: ({ delay }) => pauses.push(delay) }))
      .subscribe({ error: (reason: unknown) => (last = reason) });
  });
  return { pauses, last };
}

describe('retryTransient', () => {
  it('resubscribes after a retryable error', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   --#           ', undefined, lost);
      const firstSubs = '    ^-!           ';
      const second = cold('       --a-b|   ');
      const secondSubs = '   -----^----!   ';
      const expected = '     -------a-b|   ';

      expectObservable(attempts(first, second).pipe(retryTransient({ random }))).toBe(expected);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('never emits if its source does not', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ------');
      const unsubscribe = '  -----!';
      const sourceSubs = '   ^----!';

      expectObservable(source.pipe(retryTransient()), unsubscribe).toBe('------');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it.each([['--|'], ['-a-b-|'], ['(ab|)']])('passes %s through and does not resubscribe', (marbles) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(attempts(cold(marbles)).pipe(retryTransient())).toBe(marbles);
    });
  });

  it('does not retry after a value', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-#', undefined, lost);
      const sourceSubs = '   ^--!';
      const expected = '     -a-#';

      expectObservable(source.pipe(retryTransient({ random }))).toBe(expected, undefined, lost);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('does not retry after a value from a retry', () => {
    runMarbles(({ cold, expectObservable }) => {
      const first = cold('  --#     ', undefined, lost);
      const second = cold('      -a#', undefined, lost);
      const expected = '    ------a#';

      expectObservable(attempts(first, second).pipe(retryTransient({ random }))).toBe(expected, undefined, lost);
    });
  });

  it('passes the last error through when the retries are used up', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  #             ', undefined, lost);
      const sourceSubs = [
        '                    (^!)          ',
        '                    ---(^!)       ',
        '                    ---------(^!) ',
      ];
      const expected = '     ---------#    ';

      expectObservable(source.pipe(retryTransient({ random }))).toBe(expected, undefined, lost);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it.each([
    ['a lost connection', lost, 2],
    ['a rate limit', busyFor(), 2],
    ['a deadline', new DeadlineError('firstChunk', 1000), 2],
    ['a truncated stream', new StreamError('Cut', { kind: 'truncated', retryable: true }), 2],
    ['a used-up quota', quota, 0],
    ['a rate limit with x-should-retry: false', new RateLimitError('429', { status: 429, retryable: false }), 0],
    ['a bad answer', new ProtocolError('Not an event stream'), 0],
    ['an error that is not an LlmError', new Error('broken'), 0],
  ])('retries %s as often as allowed', (_, error, count) => {
    const { pauses, last } = retriesOf(error);

    expect(pauses).toHaveLength(count);
    expect(last).toBe(error);
  });

  describe('the pause', () => {
    it('is random, up to a maximum that doubles up to 8 s', () => {
      expect(retriesOf(lost, { count: 7, random: () => 0.5 }).pauses).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
    });

    it('starts below initialDelay, and doubles up to backoffLimit', () => {
      const config = { count: 5, initialDelay: 20, backoffLimit: 100, random: () => 0.5 };

      expect(retriesOf(lost, config).pauses).toEqual([10, 20, 40, 50, 50]);
    });

    it('is 0 if initialDelay is 0', () => {
      const { pauses } = retriesOf(lost, { count: 1100, initialDelay: 0, random: () => 0.5 });

      expect(new Set(pauses)).toEqual(new Set([0]));
      expect(pauses).toHaveLength(1100);
    });

    it('doubles up to maxDelay if backoffLimit is Infinity', () => {
      const config = { count: 9, backoffLimit: Infinity, random: () => 0.5 };

      expect(retriesOf(lost, config).pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    });

    it('is as long as the server asked for, regardless of backoffLimit', () => {
      expect(retriesOf(busyFor(9000), { count: 1, backoffLimit: 10 }).pauses).toEqual([9000]);
    });

    it('stays below maxDelay', () => {
      expect(retriesOf(lost, { count: 3, maxDelay: 600, random: () => 0.5 }).pauses).toEqual([250, 300, 300]);
    });

    it('is what the server asked for', () => {
      expect(retriesOf(busyFor(1234)).pauses).toEqual([1234, 1234]);
    });

    it('is never shorter than the server asked for', () => {
      fc.assert(
        fc.property(fc.double({ min: 0.001, max: 60_000, noNaN: true }), (retryAfter) => {
          const { pauses } = retriesOf(busyFor(retryAfter), { count: 1 });

          expect(pauses).toEqual([Math.ceil(retryAfter)]);
        }),
      );
    });

    it.each([[0], [-5], [NaN]])('is random if the server sends %p', (retryAfter) => {
      expect(retriesOf(busyFor(retryAfter), { random }).pauses).toEqual([3, 6]);
    });

    it('can be as long as maxDelay', () => {
      expect(retriesOf(busyFor(60_000), { count: 1 }).pauses).toEqual([60_000]);
    });

    it.each([
      ['maxDelay', {}, 60_001],
      ['a maxDelay of 0', { maxDelay: 0 }, 1],
      ['any timer can hold', { maxDelay: Infinity }, 2 ** 31],
    ])('is skipped if it is longer than %s: the error passes at once', (_, config, retryAfter) => {
      const error = busyFor(retryAfter);
      const { pauses, last } = retriesOf(error, config);

      expect(pauses).toEqual([]);
      expect(last).toBe(error);
    });

    it('can be 0', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('  --#   ', undefined, lost);
        const second = cold(' --a-b|');
        const expected = '    ----a-b|';

        expectObservable(attempts(first, second).pipe(retryTransient({ random: () => 0 }))).toBe(expected);
      });
    });

    it('is cancelled when it is unsubscribed', () => {
      const scheduler = watchScheduler();
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('  --#   ', undefined, busyFor(5));
        const sourceSubs = '   ^-!   ';
        const unsubscribe = '  ----! ';
        const expected = '     ------';

        expectObservable(source.pipe(retryTransient({ scheduler })), unsubscribe).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });

      expect(scheduler.scheduled).toBe(1);
      expect(scheduler.waiting).toBe(0);
    });
  });

  describe('count', () => {
    it('0 never retries', () => {
      expect(retriesOf(lost, { count: 0 })).toEqual({ pauses: [], last: lost });
    });

    it('Infinity retries until it works', () => {
      runMarbles(({ cold, expectObservable }) => {
        const failures = Array.from({ length: 50 }, () => cold('#', undefined, busyFor(1)));
        const source = attempts(...failures, cold('a|'));

        expectObservable(source.pipe(retryTransient({ count: Infinity }))).toBe('50ms a|');
      });
    });
  });

  describe('when', () => {
    it("replaces the operator's own rule", () => {
      const error = new Error('broken');

      expect(retriesOf(error, { random, when: () => true })).toEqual({ pauses: [3, 6], last: error });
      expect(retriesOf(lost, { random, when: () => false })).toEqual({ pauses: [], last: lost });
    });

    it('is called with the error and the number of the retry', () => {
      const asked: unknown[] = [];
      const when = (error: unknown, attempt: number): boolean => asked.push([error, attempt]) > 0;

      retriesOf(lost, { when });

      expect(asked).toEqual([
        [lost, 1],
        [lost, 2],
      ]);
    });

    it('is not called after a value', () => {
      const when = jest.fn(() => true);

      concat(
        of('a'),
        throwError(() => lost),
      )
        .pipe(retryTransient({ when }))
        .subscribe({ error: noop });

      expect(when).not.toHaveBeenCalled();
    });

    it('errors the stream when it throws', () => {
      const broken = new Error('when is broken');
      const when = (): boolean => {
        throw broken;
      };

      expect(retriesOf(lost, { when })).toEqual({ pauses: [], last: broken });
    });
  });

  describe('a role', () => {
    it('counts as output', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('-r-#', chunks, lost);

        expectObservable(source.pipe(retryTransient({ random }))).toBe('-r-#', chunks, lost);
      });
    });

    it('does not count after textDeltas and accumulateText', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const first = cold('   -r-#          ', chunks, lost);
        const firstSubs = '    ^--!          ';
        const second = cold('        -r-a-b-f|', chunks);
        const secondSubs = '   ------^-------!';
        const deltas = '       ---------a-b--|';
        const texts = attempts(first, second).pipe(textDeltas());

        expectObservable(texts.pipe(retryTransient({ random }))).toBe(deltas, { a: 'Hel', b: 'lo' });
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
        expectSubscriptions(second.subscriptions).toBe(secondSubs);
      });
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('   -r-#          ', chunks, lost);
        const second = cold('        -r-a-b-f|', chunks);
        const snapshots = '    ---------a-b--|';
        const texts = attempts(first, second).pipe(textDeltas(), accumulateText());

        expectObservable(texts.pipe(retryTransient({ random }))).toBe(snapshots, { a: 'Hel', b: 'Hello' });
      });
    });
  });

  describe('restart', () => {
    const texts = { a: 'Hel', b: 'lo', c: '!' };
    const snapshots = { a: 'Hel', b: 'Hello', c: 'Hello!' };

    it('retries even after output, after an accumulating operator', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const first = cold('   -a-b-#        ', texts, lost);
        const firstSubs = '    ^----!        ';
        const second = cold('          -a-b-c|', texts);
        const secondSubs = '   --------^-----!';
        const expected = '     -a-b-----a-b-c|';
        const result = attempts(first, second).pipe(accumulateText(), retryTransient({ restart: true, random }));

        expectObservable(result).toBe(expected, snapshots);
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
        expectSubscriptions(second.subscriptions).toBe(secondSubs);
      });
    });

    it('rejects chunks, whose text would be repeated', () => {
      const refusal = new TypeError('restart belongs after an accumulating operator, such as accumulateMessage()');
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const first = cold('   -r-a-#', chunks, lost);
        const firstSubs = '    ^!';
        const expected = '     -#';
        const result = first.pipe(retryTransient({ restart: true, when: () => true, random }), textDeltas());

        expectObservable(result).toBe(expected, undefined, refusal);
        expectSubscriptions(first.subscriptions).toBe(firstSubs);
      });
    });

    it('takes messages, after accumulateMessage', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('   -r-a-#        ', chunks, lost);
        const second = cold('          -r-a-b|', chunks);
        const expected = '     -r-a-----r-a-b|';
        const result = attempts(first, second).pipe(
          accumulateMessage(),
          retryTransient({ restart: true, random }),
          map(({ content }) => content),
        );

        expectObservable(result).toBe(expected, { r: '', a: 'Hel', b: 'Hello' });
      });
    });

    it('is limited by count, over the whole stream', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('a#', undefined, busyFor(2));

        expectObservable(source.pipe(retryTransient({ restart: true }))).toBe('a--a--a#', undefined, busyFor(2));
      });
    });

    it('is limited by maxDelay', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('a#', undefined, busyFor(9));

        expectObservable(source.pipe(retryTransient({ restart: true, maxDelay: 8 }))).toBe('a#', undefined, busyFor(9));
      });
    });

    it('is decided by when', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('a#', undefined, lost), cold('a#', undefined, quota));
        const when = (error: unknown): boolean => error === lost;

        expectObservable(source.pipe(retryTransient({ restart: true, when, random }))).toBe('a---a#', undefined, quota);
      });
    });

    it('is limited by the budget', () => {
      const budget = createRetryBudget({ capacity: 5 });
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('a#', undefined, lost);

        expectObservable(source.pipe(retryTransient({ restart: true, budget, random }))).toBe(
          'a---a#',
          undefined,
          lost,
        );
      });
    });
  });

  describe('budget', () => {
    it('is charged before each pause; if it cannot pay, the error passes at once', () => {
      const budget = createRetryBudget({ capacity: 9 });
      const left: number[] = [];
      let last: unknown;
      runMarbles(() => {
        throwError(() => lost)
          .pipe(retryTransient({ budget, notify: () => left.push(budget.tokens) }))
          .subscribe({ error: (error: unknown) => (last = error) });
      });

      expect(left).toEqual([4]);
      expect(last).toBe(lost);
      expect(budget.tokens).toBe(4);
    });

    it.each([
      ['errors that are not retried', quota, {}],
      ['a pause that is too long', busyFor(9), { maxDelay: 8 }],
      ['retries above count', lost, { count: 0 }],
    ])('is not charged for %s', (_, error, config) => {
      const budget = createRetryBudget();

      retriesOf(error, { ...config, budget });

      expect(budget.tokens).toBe(500);
    });

    it('is refunded by each stream that completes, with or without retries', () => {
      const budget = createRetryBudget();
      const left: number[] = [];
      runMarbles(({ cold, flush }) => {
        const late = attempts(cold('#', undefined, lost), cold('a|'));
        const note = { complete: () => left.push(budget.tokens) };
        late.pipe(retryTransient({ budget, random })).subscribe(note);
        flush();
        cold('a|').pipe(retryTransient({ budget })).subscribe(note);
      });

      expect(left).toEqual([496, 497]);
    });

    it('is not refunded by a stream that errors or is unsubscribed', () => {
      const budget = createRetryBudget();
      budget.spend();

      from(['a', 'b']).pipe(retryTransient({ budget }), take(1)).subscribe();
      retriesOf(quota, { budget });

      expect(budget.tokens).toBe(495);
    });
  });

  describe('notify', () => {
    const noticesTo = new Subject<RetryNotice>();
    const seen: unknown[] = [];
    const see = (notice: RetryNotice): void => void seen.push([asyncScheduler.now(), notice]);
    noticesTo.subscribe(see);

    it.each([
      ['a function', see],
      ['an observer', { next: see }],
      ['a subject', noticesTo],
    ])('calls %s when a pause begins', (_, notify) => {
      seen.length = 0;
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('--#', undefined, lost);

        expectObservable(source.pipe(retryTransient({ random, notify }))).toBe('---------------#', undefined, lost);
      });

      expect(seen).toEqual([
        [2, { attempt: 1, delay: 3, at: 5, reason: lost }],
        [7, { attempt: 2, delay: 6, at: 13, reason: lost }],
      ]);
    });

    it('tells when the pause ends, for a countdown', () => {
      const shown: string[] = [];
      const notify = ({ attempt, delay, reason }: RetryNotice): void => {
        const what = reason.kind === 'rate_limit' ? 'rate limited' : 'failed';
        shown.push(`${what}, trying again in ${delay / 1000} s (${attempt})`);
      };
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('#', undefined, busyFor(7000)), cold('#', undefined, lost), cold('a|'));

        expectObservable(source.pipe(retryTransient({ notify, random: () => 0.5 }))).toBe('7500ms a|');
      });

      expect(shown).toEqual(['rate limited, trying again in 7 s (1)', 'failed, trying again in 0.5 s (2)']);
    });

    it('does not complete an observer, which other streams may use', () => {
      const told: string[] = [];
      const notify = {
        next: () => told.push('next'),
        error: () => told.push('error'),
        complete: () => told.push('end'),
      };

      runMarbles(({ cold }) => {
        attempts(cold('#', undefined, lost), cold('|'))
          .pipe(retryTransient({ notify }))
          .subscribe();
        cold('#', undefined, quota).pipe(retryTransient({ notify })).subscribe({ error: noop });
      });

      expect(told).toEqual(['next']);
    });

    it('takes an observer without next', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('#', undefined, lost), cold('a|'));

        expectObservable(source.pipe(retryTransient({ random, notify: { complete: noop } }))).toBe('---a|');
      });
    });

    it('errors the stream when it throws', () => {
      const scheduler = watchScheduler();
      const broken = new Error('notify is broken');
      let last: unknown;

      throwError(() => lost)
        .pipe(
          retryTransient({
            scheduler,
            notify: () => {
              throw broken;
            },
          }),
        )
        .subscribe({ error: (error: unknown) => (last = error) });

      expect(last).toBe(broken);
      expect(scheduler.waiting).toBe(0);
    });

    it('can unsubscribe', () => {
      const scheduler = watchScheduler();
      runMarbles(({ cold, expectSubscriptions }) => {
        const source = cold('  --#', undefined, lost);
        const sourceSubs = '   ^-!';
        const subscription = source
          .pipe(retryTransient({ scheduler, notify: () => subscription.unsubscribe() }))
          .subscribe();

        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });

      expect(scheduler.waiting).toBe(0);
    });
  });

  it('retries a source that fails synchronously', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = attempts<string>(
        throwError(() => busyFor(3)),
        cold('a|'),
      );

      expectObservable(source.pipe(retryTransient())).toBe('---a|');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    source.pipe(retryTransient(), take(1)).subscribe();

    expect(asked).toEqual(['a']);
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-|');
      const unsubscribe = '  --!';
      const sourceSubs = '   ^-!';
      const expected = '     -a-';

      expectObservable(source.pipe(retryTransient()), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('unsubscribes from the failed attempt before the pause begins', () => {
    const log: string[] = [];
    runMarbles(() => {
      const source = new Observable<never>((subscriber) => {
        log.push('begin');
        asyncScheduler.schedule(() => subscriber.error(busyFor(1)), 1);
        return () => log.push('end');
      });

      source.pipe(retryTransient({ count: 1 })).subscribe({ error: noop });
    });

    expect(log).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('counts and tracks output separately for each subscription', () => {
    runMarbles(({ cold, expectObservable }) => {
      const failing = (): Observable<string> => cold('#', undefined, busyFor(2));
      const source = attempts(failing(), cold('a#', undefined, lost), failing(), cold('b|'));
      const result = source.pipe(retryTransient({ count: 1 }));

      expectObservable(result, '^     ').toBe('--a#', undefined, lost);
      expectObservable(result, '----^ ').toBe('------b|');
    });
  });

  it.each([
    [{ count: -1 }, 'count must be a whole number, 0 or more, or Infinity, not -1'],
    [{ count: 1.5 }, 'count must be'],
    [{ count: NaN }, 'count must be'],
    [{ count: '2' }, 'count must be a whole number, 0 or more, or Infinity, not a string'],
    [{ count: true }, 'count must be a whole number, 0 or more, or Infinity, not true'],
    [{ maxDelay: -1 }, 'maxDelay must be a number of milliseconds, 0 or more, or Infinity, not -1'],
    [{ maxDelay: NaN }, 'maxDelay must be'],
    [{ initialDelay: -1 }, 'initialDelay must be a number of milliseconds, 0 or more, or Infinity, not -1'],
    [{ backoffLimit: NaN }, 'backoffLimit must be'],
    [{ maxDelay: null }, 'maxDelay must be'],
    [{ when: true }, 'when must be a function'],
    [{ notify: 'console' }, 'notify must be a function or an observer'],
    [{ notify: null }, 'notify must be a function or an observer'],
    [{ random: 0.5 }, 'random must be a function'],
    [{ restart: 1 }, 'restart must be true or false, not 1'],
    [{ budget: 500 }, 'budget must be the result of createRetryBudget(), not 500'],
    [{ budget: null }, 'budget must be the result of createRetryBudget()'],
    [3, 'The configuration of retryTransient must be an object, not 3'],
    [null, 'The configuration of retryTransient must be an object'],
  ])('rejects %p', (config, message) => {
    expect(() => retryTransient(config as RetryConfig)).toThrow(TypeError);
    expect(() => retryTransient(config as RetryConfig)).toThrow(message);
  });
});
