import {
  catchError,
  defer,
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  type SchedulerLike,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { StreamCursor } from '../../answers/stream-cursor.js';
import { captureContext } from '../../transport/async-context.js';

/** How long the request that stops the work may outlive the subscription, in milliseconds. */
const farewell = 10_000;

/** A stream whose work the server can be told to stop. */
export interface StoppableStream<T> {
  readonly cursor: StreamCursor;
  /** Whether a value says that the work is over, so that there is nothing to stop. */
  readonly isLast: (value: T) => boolean;
  /** Tells the server to stop the work. */
  readonly stop: (id: string) => Observable<unknown>;
}

/**
 * Stops the work of one stream if it is unsubscribed before its end. The request that does so lasts at most 10 seconds, and
 * is sent in the async context of the subscriber, whoever unsubscribes. Its errors are dropped, since nobody is left to
 * handle them.
 */
export function stopWhenLeft<T>(
  { cursor, isLast, stop }: StoppableStream<T>,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  const leave = (id: string): void => {
    defer(() => stop(id))
      .pipe(
        takeUntil(timer(farewell, scheduler)),
        catchError(() => EMPTY),
      )
      .subscribe();
  };
  return (source) =>
    defer(() => {
      const run = captureContext();
      let over = false;
      return source.pipe(
        tap({
          next: (value) => (over = isLast(value)),
          unsubscribe: () => {
            if (cursor.id !== undefined && !over) {
              run(leave, cursor.id);
            }
          },
        }),
      );
    });
}
