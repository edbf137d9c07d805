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
import { operate } from '../util/operate.js';

/** How long a stream may take, in milliseconds. A deadline that is left out, or `Infinity`, is none. */
export interface DeadlineConfig {
  /** From subscription to the first value. */
  readonly firstChunk?: number | undefined;
  /** From one value to the next; it begins with the first. */
  readonly idle?: number | undefined;
  /** From subscription to completion. */
  readonly total?: number | undefined;
  /** What tells the time and waits. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Errors with {@link DeadlineError} when the source is too slow; its `deadline` names which of the three passed.
 *
 * ```text
 * source:  --a--b--------c|
 * result:  --a--b-----#      idle 6
 * ```
 *
 * Values, errors and completion pass through unchanged. The source is unsubscribed before the error is delivered. Each
 * subscription is timed on its own, so behind a retry operator the time counts across attempts, before it for each.
 *
 * Values are not timed one by one: one timer is set again when it fires early, so a fast stream costs a look at the
 * clock per value.
 *
 * @throws TypeError when a deadline is not a number above 0.
 * @see rxjs `timeout` to switch to another Observable instead of failing.
 */
export function withDeadlines<T>(config: DeadlineConfig): MonoTypeOperatorFunction<T> {
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
    const started = scheduler.now();
    let silentSince = started;
    let begun = false;
    let timerDue = Infinity;
    let waiting: Subscription | undefined;

    const chunkDue = (): number => silentSince + (begun ? idle : firstChunk);
    const nextDue = (): number => Math.min(chunkDue(), started + total);

    const wait = (): void => {
      waiting?.unsubscribe();
      timerDue = nextDue();
      if (timerDue < Infinity) {
        waiting = timer(timerDue - scheduler.now(), scheduler).subscribe(expireOrWait);
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
      // Behind the source, so that a value that comes at the very moment is in time.
      subscribed: wait,
      next(value) {
        destination.next(value);
        // After the consumer's turn: the time it holds the thread is not the server's silence.
        silentSince = scheduler.now();
        if (!begun) {
          begun = true;
          if (nextDue() < timerDue) {
            wait();
          }
        }
      },
    };
  });
}

/** A deadline that no timer could hold counts as none, since it would pass at once. */
function deadlineOf(name: string, value: unknown = Infinity): number {
  const valid = typeof value === 'number' && value > 0;
  check(valid, name, 'a number of milliseconds above 0, or Infinity', value);
  return valid && value <= maxTimer ? value : Infinity;
}
