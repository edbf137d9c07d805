import {
  asyncScheduler,
  identity,
  timer,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { DeadlineError } from '../errors/deadline-error.js';
import { check, checkConfig, checkScheduler, maxTimer } from '../util/check.js';
import { checkCalled } from '../util/misuse.js';
import { operate } from '../util/operate.js';

/** Configuration of {@link withDeadlines}, in milliseconds. There is no deadline by default, or with `Infinity`. */
export interface DeadlineConfig {
  /** From subscription to the first value. */
  readonly firstChunk?: number | undefined;
  /** From one value to the next. */
  readonly idle?: number | undefined;
  /** From subscription to completion. */
  readonly total?: number | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Errors with {@link DeadlineError} when the source is too slow; its `deadline` names the one that passed.
 *
 * ```text
 * source:  --a--b--------c|
 * result:  --a--b-----#      idle 6
 * ```
 *
 * Values, errors and completion pass through unchanged. The source is unsubscribed before the error is emitted. Each
 * subscription is timed separately, so before a retry operator each attempt has its own deadlines; after it, all attempts
 * share them.
 *
 * The timer is not reset for each value: if it fires early it is set again, so a value costs only a reading of the clock.
 *
 * @throws TypeError if a deadline is not a number above 0.
 * @see rxjs `timeout` to switch to another Observable instead of failing.
 */
export function withDeadlines<T>(config: DeadlineConfig): MonoTypeOperatorFunction<T> {
  return withActivityDeadlines(config, () => () => true);
}

/**
 * Like {@link withDeadlines}, but only values that are activity count for `firstChunk` and `idle`. All values pass through.
 *
 * @param createCheck Creates, for one subscription, a function that tells whether a value is activity.
 */
export function withActivityDeadlines<T>(
  config: DeadlineConfig,
  createCheck: () => (value: T) => boolean,
): MonoTypeOperatorFunction<T> {
  checkCalled('withDeadlines', config);
  checkConfig('withDeadlines', config, ['firstChunk', 'idle', 'total', 'scheduler']);
  const { scheduler = asyncScheduler } = config;
  checkScheduler(scheduler);
  const firstChunk = deadlineOf('firstChunk', config.firstChunk);
  const idle = deadlineOf('idle', config.idle);
  const total = deadlineOf('total', config.total);
  if (Math.min(firstChunk, idle, total) === Infinity) {
    return identity;
  }

  return operate((destination, source) => {
    const isActivity = createCheck();
    let started = scheduler.now();
    let silentSince = started;
    let begun = false;
    let timerDue = Infinity;
    let waiting: Subscription | undefined;

    const chunkDue = (): number => silentSince + (begun ? idle : firstChunk);
    const nextDue = (): number => Math.min(chunkDue(), started + total);

    const wait = (): void => {
      waiting?.unsubscribe();
      const now = scheduler.now();
      // A clock that was set back must not delay a deadline by as much.
      started = Math.min(started, now);
      silentSince = Math.min(silentSince, now);
      timerDue = nextDue();
      if (timerDue < Infinity) {
        waiting = timer(timerDue - now, scheduler).subscribe(expireOrWait);
        destination.add(waiting);
      }
    };
    const expireOrWait = (): void => {
      if (scheduler.now() < nextDue()) {
        wait();
        return;
      }
      source.unsubscribe();
      destination.error(
        started + total <= chunkDue()
          ? new DeadlineError('total', total)
          : begun
            ? new DeadlineError('idle', idle)
            : new DeadlineError('firstChunk', firstChunk),
      );
    };

    return {
      // After the source was subscribed, so that a value at the exact deadline is in time.
      subscribed: wait,
      next(value) {
        const active = isActivity(value);
        destination.next(value);
        if (!active) {
          return;
        }
        // Read after the consumer has run, so that the time it takes does not count as silence.
        silentSince = scheduler.now();
        if (!begun) {
          begun = true;
          if (nextDue() < timerDue || nextDue() === Infinity) {
            wait();
          }
        }
      },
    };
  });
}

/** Treats a deadline too long for a timer as none, since the timer would fire at once. */
function deadlineOf(name: string, value: unknown = Infinity): number {
  const valid = typeof value === 'number' && value > 0;
  check(valid, name, 'a number of milliseconds above 0, or Infinity', value);
  return valid && value <= maxTimer ? value : Infinity;
}
