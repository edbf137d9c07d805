import { EMPTY, Observable, timer, type SchedulerLike } from 'rxjs';

/**
 * Milliseconds a timer may fire late. What comes later than this was held up by the model, which is not made up for.
 */
const lateness = 50;

/**
 * Makes the pauses of one generation: each call gives an Observable that completes when the next piece is due. The
 * pace is kept on average, so a timer that fires late is made up for. With 0 there are no timers: after every
 * `burst` pieces the event loop gets a turn, so that other requests are answered meanwhile.
 */
export function pace(tokensPerSecond: number, scheduler: SchedulerLike, burst = 64): () => Observable<unknown> {
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
    due = (now - due > Math.max(interval, lateness) ? now : due) + interval;
    return due > now ? timer(due - now, scheduler) : EMPTY;
  };
}

// rxjs's asapScheduler runs before input and output do, so it would not let the event loop turn.
const nextTurn = new Observable<never>((subscriber) => {
  const handle = setImmediate(() => subscriber.complete());
  return () => clearImmediate(handle);
});
