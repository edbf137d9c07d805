import { catchError, defer, EMPTY, mergeMap, of, take, throwError, timer } from 'rxjs';
import { ApiError } from '../../src/errors/api-error.js';
import {
  createRetryBudget,
  type RetryBudget,
  type RetryBudgetConfig,
} from '../../src/operators/create-retry-budget.js';
import { retryTransient } from '../../src/operators/retry-transient.js';
import { runMarbles } from '../support/run-marbles.js';

const down = new ApiError('503', { status: 503, kind: 'server', retryable: true });

interface Load {
  readonly requests: number;
  readonly answered: number;
}

/** The requests a server receives from `streams` streams, one every 10 ms, if it fails some of them. */
function loadOf(streams: number, fails: (request: number) => boolean, budget?: RetryBudget): Load {
  let requests = 0;
  let answered = 0;
  const answer = timer(20).pipe(
    mergeMap(() => {
      answered++;
      return of('text');
    }),
  );
  const failure = timer(20).pipe(mergeMap(() => throwError(() => down)));
  const ask = defer(() => (fails(requests++) ? failure : answer));
  runMarbles(() => {
    timer(0, 10)
      .pipe(
        take(streams),
        mergeMap(() =>
          ask.pipe(
            retryTransient({ budget, random: () => 0.5 }),
            catchError(() => EMPTY),
          ),
        ),
      )
      .subscribe();
  });
  return { requests, answered };
}

describe('createRetryBudget', () => {
  it('limits an outage to 100 retries', () => {
    const always = (): boolean => true;
    const budget = createRetryBudget();

    expect(loadOf(1000, always)).toEqual({ requests: 3000, answered: 0 });
    expect(loadOf(1000, always, budget)).toEqual({ requests: 1100, answered: 0 });
    expect(budget.tokens).toBe(0);
    expect(loadOf(1000, always, budget)).toEqual({ requests: 1000, answered: 0 });
  });

  it('keeps retries below 10% of the requests, apart from the first 100, while half of them fail', () => {
    const { requests, answered } = loadOf(5000, (request) => request % 2 === 0, createRetryBudget());

    expect(requests - 5000).toBeGreaterThan(500);
    expect(requests - 5000).toBeLessThanOrEqual(requests / 10 + 100);
    expect(answered).toBe(requests / 2);
  });

  it.each([[2], [3], [5], [6], [10]])('pays each retry from 5 successes if one of %p requests fails', (share) => {
    const { requests, answered } = loadOf(1000, (request) => request % share === 0, createRetryBudget());

    expect(requests - 1000).toBeLessThanOrEqual(100 + answered / 5);
  });

  it('always retries rare failures', () => {
    const rarely = (request: number): boolean => request % 20 === 0;

    expect(loadOf(3000, rarely, createRetryBudget())).toEqual(loadOf(3000, rarely));
  });

  it('refills after an outage, up to its capacity', () => {
    const budget = createRetryBudget();
    const levels: number[] = [];
    loadOf(200, () => true, budget);
    levels.push(budget.tokens);
    loadOf(300, () => false, budget);
    levels.push(budget.tokens);
    loadOf(300, () => false, budget);
    levels.push(budget.tokens);

    expect(levels).toEqual([0, 300, 500]);
  });

  it('takes a custom capacity, cost and refund', () => {
    const budget = createRetryBudget({ capacity: 10, cost: 4, refund: 2.5 });

    expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false]);
    expect(budget.tokens).toBe(2);
    budget.refund();
    expect(budget.tokens).toBe(4.5);
  });

  it('allows no retry if the capacity is 0', () => {
    expect(loadOf(10, () => true, createRetryBudget({ capacity: 0 })).requests).toBe(10);
  });

  it.each([
    [{ capacity: -1 }, 'capacity must be a finite number, 0 or more, not -1'],
    [{ capacity: Infinity }, 'capacity must be'],
    [{ cost: 0 }, 'cost must be a finite number above 0, not 0'],
    [{ cost: NaN }, 'cost must be'],
    [{ refund: -1 }, 'refund must be a finite number, 0 or more, not -1'],
    [{ refund: '1' }, 'refund must be a finite number, 0 or more, not a string'],
    [500, 'The configuration of createRetryBudget must be an object, not 500'],
  ])('rejects %p', (config, problem) => {
    expect(() => createRetryBudget(config as RetryBudgetConfig)).toThrow(TypeError);
    expect(() => createRetryBudget(config as RetryBudgetConfig)).toThrow(problem);
  });
});
