import { defer, from, isObservable, map, type Observable, type ObservableInput, repeat, takeWhile, tap } from 'rxjs';

/**
 * Returns the values of what a tool gave, if it is an Observable or an async iterable; `undefined` for anything else. An
 * async iterable that is left early is told so at once, by its `return()`.
 */
export function streamOf(given: unknown): Observable<unknown> | undefined {
  // Where `Symbol.observable` is missing, libraries agreed on a name.
  const interop = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
  if (isObservable(given) || has(given, interop)) {
    return from(given as ObservableInput<unknown>);
  }
  return has(given, Symbol.asyncIterator) ? iterate(given as AsyncIterable<unknown>) : undefined;
}

/** Whether a value is a Promise, or another object with `then`, and not a stream besides. */
export function isPromise(given: unknown): given is PromiseLike<unknown> {
  return has(given, 'then') && streamOf(given) === undefined;
}

function has(value: unknown, method: PropertyKey): boolean {
  return typeof (value as Partial<Record<PropertyKey, unknown>> | null | undefined)?.[method] === 'function';
}

/** rxjs would tell an iterable that it was left only after its next value. */
function iterate(iterable: AsyncIterable<unknown>): Observable<unknown> {
  return defer(() => {
    const iterator = iterable[Symbol.asyncIterator]();
    return defer(() => iterator.next()).pipe(
      repeat(),
      takeWhile(({ done }) => done !== true),
      map(({ value }) => value as unknown),
      tap({ unsubscribe: () => leave(iterator) }),
    );
  });
}

/** Nobody is left to hear of a clean-up that fails. */
function leave(iterator: AsyncIterator<unknown>): void {
  const left = async (): Promise<unknown> => iterator.return?.();
  left().catch(() => undefined);
}
