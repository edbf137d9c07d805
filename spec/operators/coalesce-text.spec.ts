import { asyncScheduler, concat, concatMap, EMPTY, from, noop, of, Subject, take, tap, throwError, timer } from 'rxjs';
import { coalesceText } from '../../src/operators/coalesce-text.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const values = { a: 'a', b: 'b', c: 'c', d: 'd', e: 'e', x: 'bc', y: 'de' };

describe('coalesceText', () => {
  it('joins the deltas of one pause', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-bc------d-|', values);
      const sourceSubs = '   ^------------!';
      const expected = '     -a---x-----d-|';

      expectObservable(source.pipe(coalesceText(4))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('starts a new pause with each emission', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  abc--d-e----------|', values);
      const expected = '     a---x---y---------|';

      expectObservable(source.pipe(coalesceText(4))).toBe(expected, values);
    });
  });

  it('never emits before the source does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ------');
      const unsubscribe = '  -----!';
      const sourceSubs = '   ^----!';
      const expected = '     ------';

      expectObservable(source.pipe(coalesceText(4)), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('completes if the source is empty', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(coalesceText(4))).toBe('--|');
    });
  });

  it('emits pending text before completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc|', values);
      const sourceSubs = '   ^---!';
      const expected = '     -a--(x|)';

      expectObservable(source.pipe(coalesceText(4))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits pending text before an error', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc#', values);
      const sourceSubs = '   ^---!';
      const expected = '     -a--(x#)';

      expectObservable(source.pipe(coalesceText(4))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('drops pending text when it is unsubscribed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc---------d-|', values);
      const unsubscribe = '  ---!';
      const sourceSubs = '   ^--!';
      const expected = '     -a----------------';

      expectObservable(source.pipe(coalesceText(4)), unsubscribe).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it.each([
    ['completion', EMPTY],
    ['an error', throwError(() => new Error('broken'))],
  ])('leaves no timer after %s', (_, ending) => {
    const scheduler = watchScheduler();
    const waiting: number[] = [];
    runMarbles(() => {
      concat(of('a', 'b'), timer(1).pipe(concatMap(() => ending)))
        .pipe(coalesceText(4, scheduler))
        .subscribe({ error: noop })
        .add(() => asyncScheduler.schedule(() => waiting.push(scheduler.waiting)));
    });

    expect(scheduler.scheduled).toBe(1);
    expect(waiting).toEqual([0]);
  });

  it('leaves no timer when it is unsubscribed during a pause', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold }) => {
      const subscription = cold('ab----|').pipe(coalesceText(4, scheduler)).subscribe();

      asyncScheduler.schedule(() => subscription.unsubscribe(), 2);
    });

    expect(scheduler.scheduled).toBe(1);
    expect(scheduler.waiting).toBe(0);
  });

  it('joins all but the first text of a synchronous source', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(of('a', 'b', 'c').pipe(coalesceText(4))).toBe('(ax|)', values);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));
    const scheduler = watchScheduler();

    source.pipe(coalesceText(4, scheduler), take(1)).subscribe();

    expect(asked).toEqual(['a']);
    expect(scheduler.waiting).toBe(0);
  });

  it('keeps subscriptions apart', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -ab----|      ', values);
      const result = source.pipe(coalesceText(4));

      expectObservable(result, '  ^         ').toBe('-a---b-|', values);
      expectObservable(result, '  --^       ').toBe('---a---b-|', values);
      expectSubscriptions(source.subscriptions).toBe(['^------!', '--^------!']);
    });
  });

  it('holds back text that arrives while it emits', () => {
    runMarbles(({ flush }) => {
      const source = new Subject<string>();
      const seen: unknown[] = [];

      source.pipe(coalesceText(4)).subscribe((text) => {
        seen.push([asyncScheduler.now(), text]);
        if (text === 'a') {
          source.next('b');
          source.next('c');
        }
      });
      source.next('a');
      flush();

      expect(seen).toEqual([
        [0, 'a'],
        [4, 'bc'],
      ]);
    });
  });

  it('joins the texts of one turn of the event loop when the pause is 0', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -(abc)---d|', values);
      const expected = '     -(ax)----d|';

      expectObservable(source.pipe(coalesceText(0))).toBe(expected, values);
    });
  });

  it.each([[-1], [NaN], [Infinity], ['4'], [null], [undefined]])('rejects %p as duration', (duration) => {
    expect(() => coalesceText(duration as number)).toThrow(TypeError);
    expect(() => coalesceText(duration as number)).toThrow(
      'duration must be a finite number of milliseconds, 0 or more',
    );
  });

  it('does not fire at once if the pause is too long for a timer', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  ab 30s |', values);
      const expected = '     a- 30s (b|)';

      expectObservable(source.pipe(coalesceText(Number.MAX_SAFE_INTEGER))).toBe(expected, values);
    });
  });
});
