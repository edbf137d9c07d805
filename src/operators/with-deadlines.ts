import {
  asyncScheduler,
  identity,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { DeadlineError } from '../errors/deadline-error.js';
import { check, checkConfig, checkScheduler, maxTimer } from '../util/check.js';
import { checkCalled } from '../util/misuse.js';
import { operate, type Stage } from '../util/operate.js';

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
  checkCalled('withDeadlines', config);
  checkConfig('withDeadlines', config, ['firstChunk', 'idle', 'total', 'scheduler']);
  const { firstChunk = Infinity, idle = Infinity, total = Infinity, scheduler = asyncScheduler } = config;
  checkScheduler(scheduler);
  Object.entries({ firstChunk, idle, total }).forEach(([name, value]) => {
    check(typeof value === 'number' && value > 0, name, 'a number of milliseconds above 0, or Infinity', value);
  });
  return withActivityDeadlines({ deadlines: { firstChunk, idle, total }, scheduler }, () => ({ isActive: () => true }));
}

/** Tells which values of one subscription are activity. */
interface ActivityCheck<T> {
  isActive(value: T): boolean;
}

/** Valid deadlines without defaults, and their clock. */
interface Timing {
  readonly deadlines: { readonly firstChunk: number; readonly idle: number; readonly total: number };
  readonly scheduler: SchedulerLike;
}

/**
 * Like {@link withDeadlines}, but only values that are activity count for `firstChunk` and `idle`. All values pass through.
 *
 * @param begun Whether the source continues a stream, so that `idle` counts from subscription. Default false.
 * @param started When that stream was subscribed, as `scheduler.now()`. Default now.
 */
export function withActivityDeadlines<T>(
  timing: Timing,
  createCheck: () => ActivityCheck<T>,
  begun = false,
  started?: number,
): MonoTypeOperatorFunction<T> {
  const { deadlines } = timing;
  return Math.min(deadlines.firstChunk, deadlines.idle, deadlines.total) > maxTimer
    ? identity
    : operate((destination, source) => new DeadlineStage(destination, source, timing, createCheck(), begun, started));
}

class DeadlineStage<T> implements Stage<T> {
  private readonly destination: Subscriber<T>;
  private readonly source: Subscription;
  private readonly timing: Timing;
  private readonly check: ActivityCheck<T>;
  private started: number;
  private silentSince: number;
  private begun: boolean;
  private waiting: Subscription | undefined;

  constructor(
    destination: Subscriber<T>,
    source: Subscription,
    timing: Timing,
    check: ActivityCheck<T>,
    begun: boolean,
    started?: number,
  ) {
    this.destination = destination;
    this.source = source;
    this.timing = timing;
    this.check = check;
    this.begun = begun;
    this.started = this.silentSince = started ?? timing.scheduler.now();
    if (started !== undefined) {
      // What the source waits for may be due at the same time.
      this.wait();
    }
  }

  next(value: T): void {
    const active = this.check.isActive(value);
    this.destination.next(value);
    if (active && !this.destination.closed) {
      // Read after the consumer has run, so that the time it takes does not count as silence.
      this.silentSince = this.timing.scheduler.now();
      if (!this.begun) {
        this.begun = true;
        this.wait();
      }
    }
  }

  // After the source was subscribed, so that a value at the exact deadline is in time.
  subscribed(): void {
    if (this.waiting === undefined) {
      this.wait();
    }
  }

  closed(): void {
    this.waiting?.unsubscribe();
  }

  private wait(): void {
    const { scheduler } = this.timing;
    this.waiting?.unsubscribe();
    const now = scheduler.now();
    // A clock that was set back must not delay a deadline by as much.
    this.started = Math.min(this.started, now);
    this.silentSince = Math.min(this.silentSince, now);
    const due = this.nextDue();
    // A longer timer would fire at once.
    if (due - now <= maxTimer) {
      this.waiting = scheduler.schedule(() => this.expireOrWait(), Math.max(0, due - now));
    }
  }

  private expireOrWait(): void {
    const {
      deadlines: { firstChunk, idle, total },
      scheduler,
    } = this.timing;
    if (scheduler.now() < this.nextDue()) {
      this.wait();
      return;
    }
    this.source.unsubscribe();
    this.destination.error(
      this.started + total <= this.chunkDue()
        ? new DeadlineError('total', total)
        : this.begun
          ? new DeadlineError('idle', idle)
          : new DeadlineError('firstChunk', firstChunk),
    );
  }

  private nextDue(): number {
    return Math.min(this.chunkDue(), this.started + this.timing.deadlines.total);
  }

  private chunkDue(): number {
    return this.silentSince + (this.begun ? this.timing.deadlines.idle : this.timing.deadlines.firstChunk);
  }
}
