import { defer, take, type MonoTypeOperatorFunction, type ObservableInput } from 'rxjs';
import { operate } from '../util/operate.js';

const nothing = Symbol('nothing');

/**
 * Emits the first value at once and then at most one value per pause, made of all that came during it. A pause in which
 * nothing came ends the series: the next value is a first one again. What is pending is emitted before completion and
 * before an error, and dropped on unsubscribe.
 *
 * @param combine Joins what is pending with the value that came after it.
 * @param pause Called after each emission; what it returns ends the pause with its first emission, or by completing.
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
      // Before the emission, so that a consumer that makes the source emit again does not get two values in a row.
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
