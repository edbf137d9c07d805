import { concat, EMPTY, Observable, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { operate } from '../../util/operate.js';
import { Queue } from '../../util/queue.js';
import { LocalError } from '../http/local-error.js';

/** How {@link pace} spreads values. */
interface PaceConfig {
  /** 0 sets no timers; values then wait for `writable` alone. */
  readonly tokensPerSecond: number;
  /** The number of values emitted per turn of the event loop where there are no timers. */
  readonly burst: number;
  /** Completes when the reader can take another value. Subscribed after each value. */
  readonly writable: Observable<unknown>;
  /** The number of values that may wait; one more is a `LocalError`, and unsubscribes from the source. */
  readonly maxWaiting: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Emits the first value at once, and each other value when it is due and can be written. No value is lost; an error or
 * completion follows the values before it, after the last pause.
 */
export function pace<T>({ maxWaiting, writable, ...config }: PaceConfig): MonoTypeOperatorFunction<T> {
  return operate<T, T>((destination) => {
    const waiting = new Queue<T>();
    const pause = createPauses(config);
    let pausing = false;
    let emitting = false;
    let finish = (): void => undefined;

    const resume = (): void => {
      pausing = false;
      emit();
    };
    // A loop rather than `concatMap`, which empties its buffer in quadratic time: 100,000 values take seconds.
    const emit = (): void => {
      if (emitting) {
        return;
      }
      emitting = true;
      while (!pausing && waiting.size > 0 && !destination.closed) {
        pausing = true;
        destination.next(waiting.shift() as T);
        destination.add(concat(pause(), writable).subscribe({ complete: resume }));
      }
      emitting = false;
      if (!pausing && waiting.size === 0) {
        finish();
      }
    };
    const finishWith = (notify: () => void): void => {
      finish = notify;
      emit();
    };

    return {
      next(value) {
        if (waiting.size >= maxWaiting) {
          throw new LocalError(500, `The model is more than ${maxWaiting} pieces ahead of the reader.`);
        }
        waiting.push(value);
        emit();
      },
      error: (error) => finishWith(() => destination.error(error)),
      complete: () => finishWith(() => destination.complete()),
    };
  });
}

/** Timers fire up to this many milliseconds late, which is caught up with. A longer delay comes from the model. */
const maxLateness = 50;

/** Returns a function whose every call returns an Observable that completes when the next value is due. */
function createPauses(config: Omit<PaceConfig, 'maxWaiting' | 'writable'>): () => Observable<unknown> {
  const { tokensPerSecond, burst, scheduler } = config;
  if (tokensPerSecond === 0) {
    let count = 0;
    return () => {
      count += 1;
      return count % burst === 0 ? nextTurn : EMPTY;
    };
  }
  const interval = 1000 / tokensPerSecond;
  let due = -Infinity;
  return () => {
    const now = scheduler.now();
    due = (now - due > Math.max(interval, maxLateness) ? now : due) + interval;
    return due > now ? timer(due - now, scheduler) : EMPTY;
  };
}

// rxjs's asapScheduler runs before the event loop handles input and output, so other requests would have to wait.
const nextTurn = new Observable<never>((subscriber) => {
  const handle = setImmediate(() => subscriber.complete());
  return () => clearImmediate(handle);
});
