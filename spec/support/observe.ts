import type { Observable, Subscription } from 'rxjs';

/** A subscription that a spec can await. */
export interface Observed<T> {
  readonly values: readonly T[];
  /** Resolves once this many values have come; rejects if the stream ends before. */
  readonly reached: (count: number) => Promise<void>;
  /** Resolves with the error when the stream fails, and with `undefined` when it completes. */
  readonly ended: Promise<unknown>;
  readonly unsubscribe: () => void;
}

const running = new Set<Subscription>();

// A subscription that a test leaves open would keep its timers and connections.
afterEach(() => {
  running.forEach((subscription) => subscription.unsubscribe());
  running.clear();
});

/** Subscribes until the end of the test at the latest, and collects the values. */
export function observe<T>(source: Observable<T>): Observed<T> {
  const values: T[] = [];
  const waiting = new Set<() => void>();
  const notify = (): void => waiting.forEach((check) => check());
  let end: { readonly error: unknown } | undefined;
  let resolveEnded: (error: unknown) => void;
  const ended = new Promise<unknown>((resolve) => (resolveEnded = resolve));
  const finish = (error: unknown): void => {
    end = { error };
    resolveEnded(error);
    notify();
  };
  const subscription = source.subscribe({
    next: (value) => {
      values.push(value);
      notify();
    },
    error: finish,
    complete: () => finish(undefined),
  });
  running.add(subscription);
  return {
    values,
    ended,
    unsubscribe: () => subscription.unsubscribe(),
    reached: (count) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (values.length >= count) {
            waiting.delete(check);
            resolve();
          } else if (end !== undefined) {
            waiting.delete(check);
            reject(new Error(`ended after ${values.length} values`, { cause: end.error }));
          }
        };
        waiting.add(check);
        check();
      }),
  };
}

/** Subscribes, and resolves with the error that the stream ends with. */
export async function failureOf(source: Observable<unknown>): Promise<unknown> {
  const error = await observe(source).ended;
  if (error === undefined) {
    throw new Error('completed where an error was expected');
  }
  return error;
}

/** Lets other work run until a condition holds, for `within` milliseconds at most. */
export async function turnsUntil(holds: () => boolean, within: number): Promise<void> {
  for (const started = performance.now(); !holds() && performance.now() - started < within;) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
