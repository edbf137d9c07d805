import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { operate } from '../../util/operate.js';
import { LocalError } from '../http/local-error.js';

/**
 * Emits the first value at once, and each other one when the Observable that `ready` gave after the value before it
 * has completed. Nothing is lost and order is kept: completion and error come after the values before them, and the
 * last pause.
 *
 * Values that come too early wait here. When `limit` of them wait, the result errors at once and unsubscribes the
 * source. A loop rather than `concatMap`, which nests one call per value that waits and so overflows the stack.
 */
export function emitWhenReady<T>(ready: () => Observable<unknown>, limit = 1_000_000): MonoTypeOperatorFunction<T> {
  return operate<T, T>((destination) => {
    let waiting: T[] = [];
    let first = 0;
    let pausing = false;
    let emitting = false;
    let finish = (): void => undefined;

    const resume = (): void => {
      pausing = false;
      emit();
    };
    const emit = (): void => {
      if (emitting) {
        return;
      }
      emitting = true;
      while (!pausing && first < waiting.length && !destination.closed) {
        const value = waiting[first] as T;
        first += 1;
        destination.next(value);
        pausing = true;
        destination.add(ready().subscribe({ complete: resume }));
      }
      emitting = false;
      // Dropped by halves, so that a queue which is never empty costs little and holds no more than it must.
      if (first * 2 >= waiting.length) {
        waiting = waiting.slice(first);
        first = 0;
      }
      if (!pausing && waiting.length === 0) {
        finish();
      }
    };
    const finishWith = (notify: () => void): void => {
      finish = notify;
      emit();
    };

    return {
      next(value) {
        if (waiting.length - first >= limit) {
          throw new LocalError(500, `The model is more than ${limit} pieces ahead of the reader.`);
        }
        waiting.push(value);
        emit();
      },
      error: (error) => finishWith(() => destination.error(error)),
      complete: () => finishWith(() => destination.complete()),
    };
  });
}
