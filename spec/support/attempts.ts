import { defer, throwError, type Observable } from 'rxjs';

/** Creates a cold source that subscribes to the next given one each time, as each attempt is a new exchange. */
export function attempts<T>(...sources: readonly Observable<T>[]): Observable<T> {
  let made = 0;
  return defer(() => sources[made++] ?? throwError(() => new Error(`attempt ${made} was not expected`)));
}
