import { defer, take, type MonoTypeOperatorFunction, type ObservableInput } from 'rxjs';
import { operate } from '../util/operate.js';

const nothing = Symbol('nothing');

/**
 * Emits the first value at once, then at most one value per pause, combined from all that arrived during it. After a pause
 * without values the next one is emitted at once again. A pending value is emitted before completion and before an error,
 * and dropped on unsubscribe.
 *
 * @param combine Combines the pending value with the next one.
 * @param pause Called after each emission. The pause ends when the returned input first emits or completes.
 */
export function conflate<T>(
  combine: (pending: T, value: T) => T,
  pause: () => ObservableInput<unknown>,
): MonoTypeOperatorFunction<T> {
  return operate((destination) => {
    let paused = false;
    let pending: T | typeof nothing = nothing;

    const flush = (emit: (value: T) => void): void => {
      if (pending !== nothing) {
        const value = pending;
        pending = nothing;
        emit(value);
      }
    };
    const emitAndPause = (value: T): void => {
      // Set before emitting, in case the consumer makes the source emit again.
      paused = true;
      destination.next(value);
      destination.add(
        defer(pause)
          .pipe(take(1))
          .subscribe({ error: (error: unknown) => destination.error(error), complete: resume }),
      );
    };
    const resume = (): void => {
      paused = false;
      flush(emitAndPause);
    };

    return {
      next(value) {
        if (paused) {
          pending = pending === nothing ? value : combine(pending, value);
        } else {
          emitAndPause(value);
        }
      },
      error(error) {
        flush((value) => destination.next(value));
        destination.error(error);
      },
      complete() {
        flush((value) => destination.next(value));
        destination.complete();
      },
    };
  });
}
