import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * A scheduler on which no time passes: what is to wait is done at the next opportunity, however long the wait, and the
 * clock stands still.
 */
export function hurriedScheduler(now: number): SchedulerLike {
  return {
    now: () => now,
    schedule<S>(work: (this: SchedulerAction<S>, state?: S) => void, _delay?: number, state?: S): Subscription {
      return asyncScheduler.schedule<S>(work, 0, state);
    },
  };
}
