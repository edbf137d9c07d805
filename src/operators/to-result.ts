import { catchError, concat, defer, ignoreElements, type OperatorFunction, of, tap, throwError } from 'rxjs';
import { copyError } from '../errors/copy-error.js';

/** What gathers the values of one subscription. */
export interface Collector<T, R> {
  readonly add: (value: T) => void;
  /** What there is when the source fails. */
  readonly partial: () => unknown;
  /** What there is when the source completes. */
  readonly result: () => R;
}

/** Gathers all values and emits one result at completion; an error of ours is rethrown as a copy with the partial result. */
export function collect<T, R>(createCollector: () => Collector<T, R>): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const { add, partial, result } = createCollector();
      return concat(
        source.pipe(
          tap(add),
          ignoreElements(),
          catchError((error: unknown) => throwError(() => copyError(error, { partial: partial() }))),
        ),
        defer(() => of(result())),
      );
    });
}
