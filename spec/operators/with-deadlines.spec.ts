import {
  asyncScheduler,
  finalize,
  from,
  interval,
  lastValueFrom,
  NEVER,
  noop,
  of,
  range,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs';
import { DeadlineError } from '../../src/errors/deadline-error.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { retryTransient } from '../../src/operators/retry-transient.js';
import { withDeadlines, type DeadlineConfig } from '../../src/operators/with-deadlines.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const all = { firstChunk: 5, idle: 4, total: 20 };

/** The error the source ends with, and when. */
function failureOf(marbles: string, config: DeadlineConfig): unknown {
  let failure: unknown;
  runMarbles(({ cold }) => {
    cold(marbles)
      .pipe(withDeadlines(config))
      .subscribe({
        error: (error: unknown) => {
          failure = { at: asyncScheduler.now(), deadline: error instanceof DeadlineError ? error.deadline : error };
        },
      });
  });
  return failure;
}

describe('withDeadlines', () => {
  it('errors when the source falls silent', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--------c|');
      const sourceSubs = '   ^----------!    ';
      const expected = '     --a--b-----#';

      expectObservable(source.pipe(withDeadlines({ idle: 6 }))).toBe(expected, undefined, new DeadlineError('idle', 6));
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('errors if the first value is late', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --------a|');
      const sourceSubs = '   ^-----!   ';
      const expected = '     ------#   ';
      const late = new DeadlineError('firstChunk', 6);

      expectObservable(source.pipe(withDeadlines({ firstChunk: 6 }))).toBe(expected, undefined, late);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('errors if the source takes too long to complete', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-c-d-|');
      const sourceSubs = '   ^-----!   ';
      const expected = '     -a-b-c#   ';
      const late = new DeadlineError('total', 6);

      expectObservable(source.pipe(withDeadlines({ total: 6 }))).toBe(expected, undefined, late);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it.each([
    ['----a---b---c---|', undefined],
    ['------', { at: 5, deadline: 'firstChunk' }],
    ['----a------', { at: 8, deadline: 'idle' }],
    ['----a---b---c------', { at: 16, deadline: 'idle' }],
    ['-a------', { at: 5, deadline: 'idle' }],
    ['a------', { at: 4, deadline: 'idle' }],
    ['-a-b-c-d-e-f-g-h-i-j-k-l|', { at: 20, deadline: 'total' }],
    ['-a--a--a--a--a--a----', { at: 20, deadline: 'total' }],
  ])('errors %s with %j if all three are set', (marbles, failure) => {
    expect(failureOf(marbles, all)).toEqual(failure);
  });

  it.each<[string, DeadlineConfig, string]>([
    ['-a', { firstChunk: 2 }, 'a first chunk only'],
    ['----a', { idle: 2 }, 'the time before the first value, which is not idle'],
    ['-a---a', { firstChunk: 2, total: 10 }, 'a gap without idle'],
  ])('%s with %j allows %s', (marbles, config) => {
    expect(failureOf(`${marbles}|`, config)).toBeUndefined();
  });

  it.each<[string, DeadlineConfig, string]>([
    ['------', { firstChunk: 4, total: 4 }, 'total'],
    ['-a-----', { idle: 3, total: 4 }, 'total'],
    ['-a-----', { idle: 3, total: 5 }, 'idle'],
    ['------', { firstChunk: 3, total: 4 }, 'firstChunk'],
  ])('%s with %j names the first deadline, or total', (marbles, config, deadline) => {
    expect(failureOf(marbles, config)).toMatchObject({ deadline });
  });

  it('names the first deadline if several passed while the computer slept', () => {
    let slept = 0;
    const errors: unknown[] = [];
    runMarbles(() => {
      const scheduler = {
        now: () => asyncScheduler.now() + slept,
        schedule: asyncScheduler.schedule.bind(asyncScheduler),
      };

      NEVER.pipe(withDeadlines({ firstChunk: 5, total: 7, scheduler })).subscribe({
        error: (error: unknown) => errors.push(error),
      });
      slept = 1000;
    });

    expect(errors).toEqual([new DeadlineError('firstChunk', 5)]);
  });

  it.each([['--|'], ['-a-b-|'], ['-a-#'], ['(ab|)']])('passes %s through in time', (marbles) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold(marbles).pipe(withDeadlines(all))).toBe(marbles);
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-|');
      const unsubscribe = '  --!';
      const sourceSubs = '   ^-!';
      const expected = '     -a-';

      expectObservable(source.pipe(withDeadlines(all)), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('unsubscribes from the source before it errors', () => {
    const log: string[] = [];
    runMarbles(() => {
      NEVER.pipe(
        finalize(() => log.push('source ended')),
        withDeadlines({ firstChunk: 5 }),
      ).subscribe({ error: () => log.push('error') });
    });

    expect(log).toEqual(['source ended', 'error']);
  });

  it.each([['-a-b-|'], ['-a-b-#'], ['|'], ['(ab|)']])('leaves no timer after %s', (marbles) => {
    const scheduler = watchScheduler();
    const waiting: number[] = [];
    runMarbles(({ cold }) => {
      cold(marbles)
        .pipe(withDeadlines({ ...all, scheduler }))
        .subscribe({ error: noop })
        .add(() => asyncScheduler.schedule(() => waiting.push(scheduler.waiting)));
    });

    expect(waiting).toEqual([0]);
  });

  it.each([
    ['before the first value', 1],
    ['after the first value', 4],
  ])('leaves no timer when it is unsubscribed %s', (_, at) => {
    const scheduler = watchScheduler();
    const waiting: number[] = [];
    runMarbles(({ cold }) => {
      const subscription = cold('--a---')
        .pipe(withDeadlines({ ...all, scheduler }))
        .subscribe();
      asyncScheduler.schedule(() => {
        subscription.unsubscribe();
        waiting.push(scheduler.waiting);
      }, at);
    });

    expect(waiting).toEqual([0]);
  });

  it('leaves no timer after the first value if only that is timed, on the real scheduler', async () => {
    const scheduler = watchScheduler();
    const source = new Subject<string>();
    const subscription = source.pipe(withDeadlines({ firstChunk: 20, scheduler })).subscribe();
    source.next('a');

    expect(scheduler.waiting).toBe(0);
    // A timer that is set for ever fires at once, again and again.
    await lastValueFrom(timer(40));
    expect(scheduler).toMatchObject({ scheduled: 1, waiting: 0 });
    subscription.unsubscribe();
  });

  it('leaves no timer when it errors', () => {
    const scheduler = watchScheduler();
    runMarbles(() => {
      NEVER.pipe(withDeadlines({ ...all, scheduler })).subscribe({ error: noop });
    });

    expect(scheduler.scheduled).toBe(1);
    expect(scheduler.waiting).toBe(0);
  });

  it('sets no timer per value', () => {
    const scheduler = watchScheduler();
    const seen: number[] = [];
    runMarbles(() => {
      interval(1)
        .pipe(take(1000), withDeadlines({ firstChunk: 500, idle: 100, total: 5000, scheduler }))
        .subscribe((value) => seen.push(value));
    });

    expect(seen).toHaveLength(1000);
    // One at the start, one at the first value, and one whenever the timer fires early.
    expect(scheduler.scheduled).toBeLessThanOrEqual(2 + 1000 / 99);
  });

  it('sets at most two timers for a burst', () => {
    const scheduler = watchScheduler();

    range(0, 10_000)
      .pipe(withDeadlines({ ...all, scheduler }))
      .subscribe();

    expect(scheduler.scheduled).toBeLessThanOrEqual(2);
    expect(scheduler.waiting).toBe(0);
  });

  it("does not count the consumer's time as silence", () => {
    let held = 0;
    const seen: string[] = [];
    runMarbles(({ cold }) => {
      const scheduler = {
        now: () => asyncScheduler.now() + held,
        schedule: asyncScheduler.schedule.bind(asyncScheduler),
      };
      cold('a---b---|')
        .pipe(withDeadlines({ idle: 5, scheduler }))
        .subscribe((value) => {
          seen.push(value);
          held += 1000;
        });
    });

    expect(seen).toEqual(['a', 'b']);
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const scheduler = watchScheduler();
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    source.pipe(withDeadlines({ ...all, scheduler }), take(1)).subscribe();

    expect(asked).toEqual(['a']);
    expect(scheduler.waiting).toBe(0);
  });

  it('times each subscription separately', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('     -a------|');
      const result = source.pipe(withDeadlines({ idle: 3 }));
      const late = new DeadlineError('idle', 3);

      expectObservable(result, '^        ').toBe('-a--#', undefined, late);
      expectObservable(result, '--^      ').toBe('---a--#', undefined, late);
      expectSubscriptions(source.subscriptions).toBe(['^---!', '--^---!']);
    });
  });

  it('times each attempt before a retry operator, and all attempts after it', () => {
    runMarbles(({ cold, expectObservable }) => {
      const lost = new ConnectionError('The connection was lost');
      const source = cold('---#', undefined, lost);
      const deadline = withDeadlines<string>({ firstChunk: 5 });
      const retried = retryTransient<string>({ random: () => 0.002 });

      expectObservable(source.pipe(deadline, retried)).toBe('------------#', undefined, lost);
      expectObservable(source.pipe(retried, deadline)).toBe('-----#', undefined, new DeadlineError('firstChunk', 5));
    });
  });

  it.each([[{}], [{ firstChunk: Infinity, idle: 2 ** 31, total: Number.MAX_VALUE }]])(
    'sets no timer for %j',
    (config) => {
      const scheduler = watchScheduler();

      NEVER.pipe(withDeadlines({ ...config, scheduler }))
        .subscribe()
        .unsubscribe();

      expect(scheduler.scheduled).toBe(0);
    },
  );

  it('is late by one deadline at most if the clock is set back', () => {
    runMarbles(({ cold, expectObservable }) => {
      const setBack = {
        now: () => asyncScheduler.now() - (asyncScheduler.now() < 3 ? 0 : 3_600_000),
        schedule: asyncScheduler.schedule.bind(asyncScheduler),
      };
      const source = cold('a--------------------');

      expectObservable(source.pipe(withDeadlines({ total: 8, scheduler: setBack }))).toBe(
        'a---------------#',
        undefined,
        new DeadlineError('total', 8),
      );
      expectObservable(source.pipe(withDeadlines({ idle: 5, scheduler: setBack }))).toBe(
        'a---------#',
        undefined,
        new DeadlineError('idle', 5),
      );
    });
  });

  it('errors if its scheduler throws', () => {
    const broken = new Error('The clock is broken');
    const errors: unknown[] = [];
    let reads = 0;
    const now = (): number => {
      if (reads++ > 2) {
        throw broken;
      }
      return 0;
    };
    const schedule = asyncScheduler.schedule.bind(asyncScheduler);

    of('a', 'b', 'c')
      .pipe(withDeadlines({ ...all, scheduler: { now, schedule } }))
      .subscribe({ error: (error: unknown) => errors.push(error) });

    expect(errors).toEqual([broken]);
  });

  it.each(['firstChunk', 'idle', 'total'])('rejects a %s that is not a number above 0', (name) => {
    for (const value of [0, -1, NaN, '5', null]) {
      const create = (): unknown => withDeadlines({ [name]: value });

      expect(create).toThrow(TypeError);
      expect(create).toThrow(`${name} must be a number of milliseconds above 0, or Infinity`);
    }
  });

  it.each([[5], [null], [undefined]])('rejects %p as its configuration', (config) => {
    expect(() => withDeadlines(config as unknown as DeadlineConfig)).toThrow(TypeError);
  });

  it('passes a first value through that arrives exactly at the deadline', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('---a|').pipe(withDeadlines({ firstChunk: 3 }))).toBe('---a|');
    });
  });
});
