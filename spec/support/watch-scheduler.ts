import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';

/** The async scheduler, with counts of its timers. */
export interface WatchedScheduler extends SchedulerLike {
  /** The number of timers set so far. */
  readonly scheduled: number;
  /** The number of timers that neither fired nor were cancelled. */
  readonly waiting: number;
}

/** Creates an async scheduler that counts its timers. */
export function watchScheduler(): WatchedScheduler {
  const timers = new Set<object>();
  let scheduled = 0;
  return {
    get scheduled() {
      return scheduled;
    },
    get waiting() {
      return timers.size;
    },
    now: () => asyncScheduler.now(),
    schedule<S>(work: (this: SchedulerAction<S>, state?: S) => void, delay?: number, state?: S): Subscription {
      const timer = {};
      scheduled++;
      timers.add(timer);
      const action = asyncScheduler.schedule<S>(
        function (current) {
          timers.delete(timer);
          work.call(this, current);
        },
        delay,
        state,
      );
      action.add(() => timers.delete(timer));
      return action;
    },
  };
}
