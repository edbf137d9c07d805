import { catchError, concat, defer, ignoreElements, of, type OperatorFunction, tap, throwError } from 'rxjs';
import { copyError } from '../errors/copy-error.js';

/** Collects the values of one subscription. */
interface Collector<T, R> {
  readonly add: (value: T) => void;
  /** What was collected when the source failed. */
  readonly partial: () => unknown;
  /** What was collected when the source completed. */
  readonly result: () => R;
}

/** Emits the collected result on completion. On error, rethrows a copy of an `LlmError` with the partial result. */
export function toResult<T, R>(createCollector: () => Collector<T, R>): OperatorFunction<T, R> {
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
