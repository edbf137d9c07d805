import { asyncScheduler, defer, identity, type MonoTypeOperatorFunction, type Observable, type Observer, retry, type SchedulerLike, tap, throwError, timer } from 'rxjs';
import { isLlmError, type LlmError } from '../errors/llm-error.js';
import { check, checkConfig, checkCount, checkFunction, checkScheduler, maxTimer } from '../util/check.js';
import type { RetryBudget } from './create-retry-budget.js';

/**
 * The engine of the retry operators: resubscribes to a source that failed, after the pause its error asks for, or a
 * random one; once it has emitted something only where `config.restart` says that a new start replaces it.
 *
 * @param name The operator, for its errors.
 * @param isWorthwhile Its rule for what to retry, which `config.when` replaces.
 */
export function retryWithBackoff<T>(
  name: string,
  isWorthwhile: (error: unknown) => boolean,
  config: RetryConfig,
): MonoTypeOperatorFunction<T> {
  checkConfig(name, config, fields);
  const {
    count = 2,
    maxDelay = 60_000,
    initialDelay = 500,
    backoffLimit = 8000,
    when = isWorthwhile,
    notify,
    restart = false,
    budget,
    scheduler = asyncScheduler,
    random = Math.random,
  } = config;
  checkScheduler(scheduler);
  checkCount('count', count, 0);
  for (const [field, delay] of Object.entries({ maxDelay, initialDelay, backoffLimit })) {
    check(isDelay(delay), field, 'a number of milliseconds, 0 or more, or Infinity', delay);
  }
  checkFunction('when', when);
  checkFunction('random', random);
  check(isListener(notify), 'notify', 'a function or an observer', notify);
  check(typeof restart === 'boolean', 'restart', 'true or false', restart);
  check(isBudget(budget), 'budget', 'what createRetryBudget gives', budget);
  const maxPause = Math.min(maxDelay, maxTimer);

  const pause = (error: unknown, attempt: number): Observable<unknown> => {
    const hint = (isLlmError(error) ? error.retryAfter : undefined) ?? 0;
    if (hint > maxPause || budget?.spend() === false) {
      return throwError(() => error);
    }
    // A hint is rounded up, because timers cut fractions off and would fire earlier than told. A hint of 0 says
    // nothing: some servers send it beside a longer one.
    const delay =
      hint > 0
        ? Math.ceil(hint)
        : Math.round(
            random() * Math.min(initialDelay * Math.min(2 ** (attempt - 1), maxTimer), backoffLimit, maxPause),
          );
    const notice = { attempt, delay, at: scheduler.now() + delay, reason: error as LlmError };
    if (typeof notify === 'function') {
      notify(notice);
    } else {
      notify?.next?.(notice);
    }
    return timer(delay, scheduler);
  };

  return (source) =>
    defer(() => {
      let silent = true;
      return source.pipe(
        tap({ next: () => (silent = false), complete: () => budget?.refund() }),
        retry({
          count,
          delay: (error: unknown, attempt) =>
            (silent || restart) && when(error, attempt) ? pause(error, attempt) : throwError(() => error),
        }),
        // Behind the retry, so that no `when` can have it tried again.
        restart ? tap<T>(refuseChunk) : identity,
      );
    });
}

const fields: readonly (keyof RetryConfig)[] = [
  'count',
  'maxDelay',
  'initialDelay',
  'backoffLimit',
  'when',
  'notify',
  'restart',
  'budget',
  'scheduler',
  'random',
];

/** A chunk replaces nothing, so its answer would begin a second time behind the first beginning. */
function refuseChunk(value: unknown): void {
  if (typeof value === 'object' && value !== null && Array.isArray((value as { readonly choices?: unknown }).choices)) {
    throw new TypeError('restart belongs behind an accumulating operator, such as accumulateMessage()');
  }
}

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isListener(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function isBudget(value: unknown): boolean {
  const { spend, refund } = (value ?? {}) as Partial<RetryBudget>;
  return value === undefined || (typeof spend === 'function' && typeof refund === 'function');
}

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
