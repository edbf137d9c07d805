import {
  defer,
  from,
  isObservable,
  map,
  type Observable,
  type ObservableInput,
  of,
  repeat,
  takeWhile,
  tap,
} from 'rxjs';

/** A value that a tool gave. */
export interface ToolValue {
  readonly value: unknown;
  /** Whether it is one of a stream, of which the last one is the result. */
  readonly isProgress: boolean;
}

/** Emits the values of what a tool gave that is no Promise: those of a stream, or the value itself. */
export function valuesOf(given: unknown): Observable<ToolValue> {
  const stream = streamOf(given);
  return stream === undefined
    ? of({ value: given, isProgress: false })
    : stream.pipe(map((value) => ({ value, isProgress: true })));
}

/**
 * Returns the values of what a tool gave, if it is an Observable or an async iterable; `undefined` for anything else. An
 * async iterable that is left early is told so at once, by its `return()`. As in rxjs, one that is a Promise as well counts
 * as that: the queries of mongoose and knex are both.
 */
export function streamOf(given: unknown): Observable<unknown> | undefined {
  // Where `Symbol.observable` is missing, libraries agreed on a name.
  const interop = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
  if (isObservable(given) || has(given, interop)) {
    return from(given as ObservableInput<unknown>);
  }
  return has(given, Symbol.asyncIterator) && !isPromise(given) ? iterate(given as AsyncIterable<unknown>) : undefined;
}

/** Whether a value is a Promise, or another object with `then`. */
export function isPromise(given: unknown): given is PromiseLike<unknown> {
  return has(given, 'then');
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
