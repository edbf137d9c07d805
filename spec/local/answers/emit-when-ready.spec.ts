import { EMPTY, NEVER, range, timer, type Observable } from 'rxjs';
import { emitWhenReady } from '../../../src/local/answers/emit-when-ready.js';
import { runMarbles } from '../../support/run-marbles.js';

const pause = (): Observable<unknown> => timer(3);

it('keeps a pause after each value, and loses none', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  (abc)--------d----|');
    const sourceSubs = '   ^-----------------!';
    const expected = '     a--b--c------d----|';

    expectObservable(source.pipe(emitWhenReady(pause))).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('passes values through while nothing has to be waited for', () => {
  runMarbles(({ cold, expectObservable }) => {
    const source = cold('  (ab)-c-|');
    const expected = '     (ab)-c-|';

    expectObservable(source.pipe(emitWhenReady(() => EMPTY))).toBe(expected);
  });
});

it('completes after the last pause', () => {
  runMarbles(({ cold, expectObservable }) => {
    const source = cold('  (ab|)');
    const expected = '     a--b--|';

    expectObservable(source.pipe(emitWhenReady(pause))).toBe(expected);
  });
});

it('errors after the values before the error', () => {
  runMarbles(({ cold, expectObservable }) => {
    const source = cold('  (ab#)');
    const expected = '     a--b--#';

    expectObservable(source.pipe(emitWhenReady(pause))).toBe(expected);
  });
});

it('of an empty source completes, of a failed one errors at once', () => {
  runMarbles(({ cold, expectObservable }) => {
    expectObservable(cold('--|').pipe(emitWhenReady(pause))).toBe('--|');
    expectObservable(cold('--#').pipe(emitWhenReady(pause))).toBe('--#');
    expectObservable(NEVER.pipe(emitWhenReady(pause))).toBe('-');
  });
});

it('ends the pause and the source when nobody listens any more', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  (ab)');
    const pausing = cold(' -----|');
    const subscribed = '   ^--!';
    const unsubscribe = '  ---!';
    const expected = '     a---';

    expectObservable(source.pipe(emitWhenReady(() => pausing)), unsubscribe).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(subscribed);
    expectSubscriptions(pausing.subscriptions).toBe(subscribed);
  });
});

it('errors at once, and stops the source, when too many values wait', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  abcdef');
    const sourceSubs = '   ^----!';
    const expected = '     a--b-#';

    expectObservable(source.pipe(emitWhenReady(pause, 3))).toBe(
      expected,
      undefined,
      expect.objectContaining({ message: 'The model is more than 3 pieces ahead of the reader.' }),
    );
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('stops a source that never stops by itself', () => {
  const received: number[] = [];
  range(0, Infinity)
    .pipe(emitWhenReady(() => NEVER, 10))
    .subscribe({ next: (value) => received.push(value), error: () => received.push(-1) });

  expect(received).toEqual([0, -1]);
});

it('delivers a long queue in order and without nesting', () => {
  runMarbles(({ flush }) => {
    const received: number[] = [];
    range(0, 100_000)
      .pipe(emitWhenReady(() => (received.length === 1 ? timer(1) : EMPTY)))
      .subscribe((value) => received.push(value));
    flush();

    expect(received).toHaveLength(100_000);
    expect(received.every((value, index) => value === index)).toBe(true);
  });
});
