import type { Observer, SchedulerLike } from 'rxjs';
import type { LlmError } from '../errors/llm-error.js';
import type { RetryBudget } from './create-retry-budget.js';

/** Told when a pause before a retry begins. */
export interface RetryNotice {
  /** Which retry this is; 1 for the first. */
  readonly attempt: number;
  /** The length of the pause in milliseconds. */
  readonly delay: number;
  /** When the pause ends: `scheduler.now()` of that moment, by default milliseconds since the epoch. */
  readonly at: number;
  /** What failed. Where a `when` of yours let another error pass, it is that error. */
  readonly reason: LlmError;
}

/** How `retryTransient` and `retryOnRateLimit` retry. */
export interface RetryConfig {
  /** The number of retries after the first attempt; 0 is none, `Infinity` no end. Default 2. */
  readonly count?: number | undefined;
  /**
   * The longest pause in milliseconds. A server that asks for a longer one is not asked again: its error passes at
   * once, with the hint on it. Default 60 000; `Infinity` waits as long as told, up to the 24 days a timer can hold.
   */
  readonly maxDelay?: number | undefined;
  /**
   * The ceiling of the first pause in milliseconds where the server names none; each further ceiling is twice the one
   * before. The pause is a random part of it (full jitter), so that clients that failed together do not return
   * together. Default 500.
   */
  readonly initialDelay?: number | undefined;
  /** What that ceiling never passes, in milliseconds. Default 8000. A pause that the server asks for may be longer. */
  readonly backoffLimit?: number | undefined;
  /**
   * Whether to retry after this error; `attempt` is 1 for the first retry. It replaces the operator's own rule, so it
   * is asked about every error, also those that a retry cannot heal. `count`, `maxDelay`, `budget` and the rule that
   * nothing is retried once something was emitted, unless `restart` lifts it, hold all the same.
   */
  readonly when?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** Called when a pause begins, or an observer whose `next` is called then. What it throws ends the stream. */
  readonly notify?: ((notice: RetryNotice) => void) | Partial<Observer<RetryNotice>> | undefined;
  /**
   * Whether to start anew even once something was emitted. Default false. Only for snapshots, of which each replaces
   * the one before: put it right behind `accumulateMessage` or `accumulateText`, which begin anew with each attempt.
   * Before them, or behind increments such as those of `textDeltas`, the beginning of the answer would come twice, so a
   * chunk ends the stream with a `TypeError`.
   * Behind `toText` and `toMessage` it is not needed: they emit nothing before the end.
   */
  readonly restart?: boolean | undefined;
  /** Retries only as long as this budget, which many streams share, can pay. Default none. */
  readonly budget?: RetryBudget | undefined;
  /** What the pauses wait on. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Gives a number from 0 to below 1, for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}
