import type { OperatorFunction } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { operate } from '../util/operate.js';

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
  return operate((destination) => {
    const { add, partial, result } = createCollector();
    const fail = (error: unknown): void => destination.error(copyError(error, { partial: partial() }));
    return {
      next(value) {
        try {
          add(value);
        } catch (error) {
          fail(error);
        }
      },
      error: fail,
      complete() {
        destination.next(result());
        destination.complete();
      },
    };
  });
}
