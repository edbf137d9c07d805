import { EMPTY, from, NEVER, of, take, tap, throwError, type Observable } from 'rxjs';
import { throwIfAborted } from '../../src/operators/throw-if-aborted.js';
import { runMarbles } from '../support/run-marbles.js';

/** A signal that counts its listeners. */
function countListeners(): { readonly controller: AbortController; readonly listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener) => {
    listening.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listening.delete(listener);
    remove(type, listener);
  };
  return { controller, listeners: () => listening.size };
}

const abortedSignal = (): AbortSignal => AbortSignal.abort('left');

describe('throwIfAborted', () => {
  it('errors with the reason at once, and unsubscribes from the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const controller = new AbortController();
      const source = cold('-a-b-c-|');
      const signal = cold('----x');
      const sourceSubs = ' ^---!';
      const expected = '   -a-b#';
      signal.subscribe(() => controller.abort('left'));

      expectObservable(source.pipe(throwIfAborted(controller.signal))).toBe(expected, undefined, 'left');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('passes values, completion and errors through', () => {
    runMarbles(({ cold, expectObservable }) => {
      const { signal } = new AbortController();

      expectObservable(cold('-a-b|').pipe(throwIfAborted(signal))).toBe('-a-b|');
      expectObservable(cold('-a-b#').pipe(throwIfAborted(signal))).toBe('-a-b#');
      expectObservable(NEVER.pipe(throwIfAborted(signal))).toBe('-');
      expectObservable(EMPTY.pipe(throwIfAborted(signal))).toBe('|');
    });
  });

  it('never subscribes to the source if the signal is already aborted', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a|');

      expectObservable(source.pipe(throwIfAborted(abortedSignal()))).toBe('#', undefined, 'left');
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it('checks the signal again for each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const controller = new AbortController();
      const source = cold('-a-|');
      const result = source.pipe(throwIfAborted(controller.signal));
      cold('-----x').subscribe(() => controller.abort('left'));

      expectObservable(result).toBe('            -a-|');
      expectObservable(result, '----^').toBe('   -----#', undefined, 'left');
      expectObservable(result, '------^').toBe(' ------#', undefined, 'left');
      expectSubscriptions(source.subscriptions).toBe(['^--!', '----^!']);
    });
  });

  it('stops a synchronous source at once', () => {
    const controller = new AbortController();
    const asked: number[] = [];
    const seen: unknown[] = [];
    from([1, 2, 3, 4])
      .pipe(
        tap((number) => asked.push(number)),
        throwIfAborted(controller.signal),
      )
      .subscribe({
        next: (number) => {
          seen.push(number);
          if (number === 2) {
            controller.abort('left');
          }
        },
        error: (reason: unknown) => seen.push(reason),
      });

    expect(seen).toEqual([1, 2, 'left']);
    expect(asked).toEqual([1, 2]);
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: number[] = [];
    from([1, 2, 3])
      .pipe(
        tap((number) => asked.push(number)),
        throwIfAborted(new AbortController().signal),
        take(1),
      )
      .subscribe();

    expect(asked).toEqual([1]);
  });

  it("errors with the platform's AbortError if the signal has no other reason", () => {
    let seen: unknown;
    NEVER.pipe(throwIfAborted(AbortSignal.abort())).subscribe({ error: (reason: unknown) => (seen = reason) });

    expect(seen).toMatchObject({ name: 'AbortError' });
  });

  it('listens to the signal while the source runs', () => {
    const { controller, listeners } = countListeners();
    const result = NEVER.pipe(throwIfAborted(controller.signal));

    expect(listeners()).toBe(0);
    const subscriptions = [result.subscribe(), result.subscribe()];
    expect(listeners()).toBe(2);
    subscriptions.forEach((subscription) => subscription.unsubscribe());
    expect(listeners()).toBe(0);
  });

  it.each<[string, Observable<unknown>]>([
    ['completion', of('a')],
    ['an error', throwError(() => 'broken')],
  ])('leaves no listener on the signal after %s', (_title, source) => {
    const { controller, listeners } = countListeners();
    let during: number | undefined;
    source
      .pipe(tap({ subscribe: () => (during = listeners()) }), throwIfAborted(controller.signal))
      .subscribe({ error: () => undefined });

    expect(during).toBe(1);
    expect(listeners()).toBe(0);
  });

  it('leaves no listener on the signal after it was aborted', () => {
    const { controller, listeners } = countListeners();
    NEVER.pipe(throwIfAborted(controller.signal)).subscribe({ error: () => undefined });
    controller.abort();

    expect(listeners()).toBe(0);
  });

  it.each([undefined, null, 'signal', new AbortController(), {}])('rejects %p', (signal) => {
    expect(() => throwIfAborted(signal as AbortSignal)).toThrow(TypeError);
    expect(() => throwIfAborted(signal as AbortSignal)).toThrow('signal must be an AbortSignal, not');
  });
});
