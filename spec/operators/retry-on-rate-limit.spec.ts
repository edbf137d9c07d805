import { from, noop, take, tap, throwError } from 'rxjs';
import { ApiError } from '../../src/errors/api-error.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { DeadlineError } from '../../src/errors/deadline-error.js';
import type { LlmError } from '../../src/errors/llm-error.js';
import { RateLimitError } from '../../src/errors/rate-limit-error.js';
import { StreamError } from '../../src/errors/stream-error.js';
import { accumulateText } from '../../src/operators/accumulate-text.js';
import { createRetryBudget } from '../../src/operators/create-retry-budget.js';
import type { RetryConfig } from '../../src/operators/retry-with-backoff.js';
import { retryOnRateLimit } from '../../src/operators/retry-on-rate-limit.js';
import { attempts } from '../support/attempts.js';
import { runMarbles } from '../support/run-marbles.js';

const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 3 });
const lost = new ConnectionError('The connection was lost');

describe('retryOnRateLimit', () => {
  it('resubscribes after the pause the server asked for', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   --#           ', undefined, busy);
      const firstSubs = '    ^-!           ';
      const second = cold('       --a-b|   ');
      const secondSubs = '   -----^----!   ';
      const expected = '     -------a-b|   ';

      expectObservable(attempts(first, second).pipe(retryOnRateLimit())).toBe(expected);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it.each<[string, unknown, number]>([
    ['a rate limit', busy, 2],
    ['an overloaded server', new ApiError('529', { status: 529, kind: 'overloaded', retryable: true }), 2],
    ['overload inside a stream', new StreamError('Busy', { kind: 'overloaded', retryable: true }), 2],
    ['a rate limit with x-should-retry: false', new RateLimitError('429', { status: 429, retryable: false }), 0],
    ['a used-up quota', new ApiError('429', { status: 429, kind: 'quota', retryable: false }), 0],
    ['a failing server', new ApiError('500', { status: 500, kind: 'server', retryable: true }), 0],
    ['a lost connection', lost, 0],
    ['a deadline', new DeadlineError('idle', 1000), 0],
    ['an error that is not an LlmError', new Error('broken'), 0],
  ])('retries %s as often as allowed', (_, error, count) => {
    const reasons: LlmError[] = [];
    let last: unknown;
    runMarbles(() => {
      throwError(() => error)
        .pipe(retryOnRateLimit({ notify: ({ reason }) => reasons.push(reason) }))
        .subscribe({ error: (reason: unknown) => (last = reason) });
    });

    expect(reasons).toEqual(Array.from({ length: count }, () => error));
    expect(last).toBe(error);
  });

  it('errors at once if the server asks for a pause longer than maxDelay', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('--#', undefined, busy);

      expectObservable(source.pipe(retryOnRateLimit({ maxDelay: 2 }))).toBe('--#', undefined, busy);
    });
  });

  it('follows when instead of its own rule', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = attempts(cold('#', undefined, lost), cold('a|'));

      expectObservable(source.pipe(retryOnRateLimit({ when: () => true, random: () => 0.006 }))).toBe('---a|');
    });
  });

  it.each([['--|'], ['-a-b-|']])('passes %s through and does not resubscribe', (marbles) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(attempts(cold(marbles)).pipe(retryOnRateLimit())).toBe(marbles);
    });
  });

  it('never emits if its source does not', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ------');
      const unsubscribe = '  -----!';
      const sourceSubs = '   ^----!';

      expectObservable(source.pipe(retryOnRateLimit()), unsubscribe).toBe('------');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('does not retry after a value', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-#', undefined, busy);
      const sourceSubs = '   ^--!';
      const expected = '     -a-#';

      expectObservable(source.pipe(retryOnRateLimit())).toBe(expected, undefined, busy);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('restarts snapshots with restart, as long as the budget can pay', () => {
    const overloaded = new StreamError('Busy', { kind: 'overloaded', retryable: true, retryAfter: 2 });
    const budget = createRetryBudget({ capacity: 5 });
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -a-b#       ', undefined, overloaded);
      const expected = '     -a-x---a-x# ';
      const result = source.pipe(accumulateText(), retryOnRateLimit({ restart: true, budget }));

      expectObservable(result).toBe(expected, { a: 'a', x: 'ab' }, overloaded);
    });
  });

  it('cancels the pause when it is unsubscribed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --#   ', undefined, busy);
      const sourceSubs = '   ^-!   ';
      const unsubscribe = '  ----! ';
      const expected = '     ------';

      expectObservable(source.pipe(retryOnRateLimit()), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    source.pipe(retryOnRateLimit(), take(1)).subscribe();

    expect(asked).toEqual(['a']);
  });

  it('counts separately for each subscription', () => {
    let made = 0;
    runMarbles(({ flush }) => {
      const result = throwError(() => busy).pipe(tap({ subscribe: () => made++ }), retryOnRateLimit({ count: 1 }));

      result.subscribe({ error: noop });
      result.subscribe({ error: noop });
      flush();
    });

    expect(made).toBe(4);
  });

  it.each([
    [{ count: -1 }, 'count must be a whole number'],
    [{ maxDelay: NaN }, 'maxDelay must be a number of milliseconds'],
    [3, 'The configuration of retryOnRateLimit must be an object, not 3'],
  ])('rejects %p', (config, message) => {
    expect(() => retryOnRateLimit(config as RetryConfig)).toThrow(TypeError);
    expect(() => retryOnRateLimit(config as RetryConfig)).toThrow(message);
  });
});
