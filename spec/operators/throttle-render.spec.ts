import { from, of, take, tap } from 'rxjs';
import { throttleRender } from '../../src/operators/throttle-render.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

describe('throttleRender', () => {
  it('emits the latest snapshot of one pause', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-bc------d-|');
      const sourceSubs = '   ^------------!';
      const expected = '     -a---c-----d-|';

      expectObservable(source.pipe(throttleRender(4))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('never emits before the source does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ------');
      const unsubscribe = '  -----!';
      const sourceSubs = '   ^----!';
      const expected = '     ------';

      expectObservable(source.pipe(throttleRender(4)), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('completes if the source is empty', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(throttleRender(4))).toBe('--|');
    });
  });

  it('emits the last snapshot before completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc|');
      const sourceSubs = '   ^---!';
      const expected = '     -a--(c|)';

      expectObservable(source.pipe(throttleRender(4))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits the last snapshot before an error', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc#');
      const sourceSubs = '   ^---!';
      const expected = '     -a--(c#)';

      expectObservable(source.pipe(throttleRender(4))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('drops pending values when it is unsubscribed', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc---------d-|');
      const unsubscribe = '  ---!';
      const sourceSubs = '   ^--!';
      const expected = '     -a----------------';

      expectObservable(source.pipe(throttleRender(4, scheduler)), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });

    expect(scheduler.scheduled).toBe(1);
    expect(scheduler.waiting).toBe(0);
  });

  it('emits the first and the last snapshot of a synchronous source', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(of('a', 'b', 'c').pipe(throttleRender(4))).toBe('(ac|)');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));
    const scheduler = watchScheduler();

    source.pipe(throttleRender(4, scheduler), take(1)).subscribe();

    expect(asked).toEqual(['a']);
    expect(scheduler.waiting).toBe(0);
  });

  it('keeps subscriptions apart', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -ab----|      ');
      const result = source.pipe(throttleRender(4));

      expectObservable(result, '  ^         ').toBe('-a---b-|');
      expectObservable(result, '  --^       ').toBe('---a---b-|');
      expectSubscriptions(source.subscriptions).toBe(['^------!', '--^------!']);
    });
  });

  it('passes undefined values through', () => {
    runMarbles(({ cold, expectObservable }) => {
      const values = { a: undefined, b: undefined };

      expectObservable(cold('ab----|', values).pipe(throttleRender(4))).toBe('a---b-|', values);
    });
  });

  it.each([[-1], [NaN], [Infinity], ['4'], [null]])('rejects %p as duration', (duration) => {
    expect(() => throttleRender(duration as number)).toThrow(TypeError);
    expect(() => throttleRender(duration as number)).toThrow('duration must be a finite number of milliseconds');
  });

  describe('without a duration', () => {
    it('waits 16 ms if there are no animation frames', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('  abc 20ms   |');
        const expected = '     a 15ms c 6ms |';

        expectObservable(source.pipe(throttleRender())).toBe(expected);
      });
    });

    describe('with animation frames', () => {
      beforeEach(() => {
        // Never called: in virtual time rxjs takes frames from its test scheduler.
        globalThis.requestAnimationFrame = () => 0;
      });

      afterEach(() => {
        Reflect.deleteProperty(globalThis, 'requestAnimationFrame');
      });

      it('waits for the next frame', () => {
        runMarbles(({ animate, cold, expectObservable }) => {
          animate('              -----x----x----x');
          const source = cold('  -abc--d---------|');
          const expected = '     -a---c----d-----|';

          expectObservable(source.pipe(throttleRender())).toBe(expected);
        });
      });

      it('waits 200 ms in a hidden tab, which has no frames', () => {
        const scheduler = watchScheduler();
        runMarbles(({ animate, cold, expectObservable }) => {
          animate('              x');
          const source = cold('  -abc 300ms   |');
          const expected = '     -a 199ms c 102ms |';

          expectObservable(source.pipe(throttleRender(undefined, scheduler))).toBe(expected);
        });

        expect(scheduler.waiting).toBe(0);
      });

      it('leaves no frame request and no timer when it is unsubscribed', () => {
        const scheduler = watchScheduler();
        const painted: unknown[] = [];
        runMarbles(({ animate, cold, expectObservable }) => {
          animate('              -----x');
          const source = cold('  -ab---');
          const unsubscribe = '  ---!';
          const expected = '     -a----';
          const result = source.pipe(
            throttleRender(undefined, scheduler),
            tap((value) => painted.push(value)),
          );

          expectObservable(result, unsubscribe).toBe(expected);
        });

        expect(painted).toEqual(['a']);
        expect(scheduler.waiting).toBe(0);
      });

      it('looks for animation frames when it is subscribed', () => {
        const render = throttleRender<string>();
        Reflect.deleteProperty(globalThis, 'requestAnimationFrame');

        runMarbles(({ cold, expectObservable }) => {
          const source = cold('  abc 20ms   |');
          const expected = '     a 15ms c 6ms |';

          expectObservable(source.pipe(render)).toBe(expected);
        });
      });
    });
  });
});
