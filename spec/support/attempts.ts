import { defer, throwError, type Observable } from 'rxjs';

/** A cold source that is another one at each subscription, as a request is another exchange. */
export function attempts<T>(...sources: readonly Observable<T>[]): Observable<T> {
  let made = 0;
  return defer(() => sources[made++] ?? throwError(() => new Error(`attempt ${made} was not expected`)));
}
