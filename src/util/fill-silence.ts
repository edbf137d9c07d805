import type { MonoTypeOperatorFunction, SchedulerLike } from 'rxjs';
import { operate } from './operate.js';

/**
 * Emits a filler after every `duration` milliseconds without a value, even before the first one.
 *
 * ```text
 * source:  a------b--|
 * result:  a--f--fb--|   f = filler, duration = 3
 * ```
 *
 * There is one timer per stream, however many values come.
 */
export function fillSilence<T>(filler: T, duration: number, scheduler: SchedulerLike): MonoTypeOperatorFunction<T> {
  return operate((destination) => {
    let last = scheduler.now();
    const timer = scheduler.schedule(function () {
      // The clock of a computer can be set back.
      if (Math.abs(scheduler.now() - last) >= duration) {
        last = scheduler.now();
        destination.next(filler);
      }
      this.schedule(undefined, last + duration - scheduler.now());
    }, duration);
    destination.add(timer);
    return {
      next(value) {
        last = scheduler.now();
        destination.next(value);
      },
    };
  });
}
