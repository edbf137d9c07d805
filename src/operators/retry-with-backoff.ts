import {
  asyncScheduler,
  defer,
  identity,
  retry,
  tap,
  throwError,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { isLlmError, type LlmError } from '../errors/llm-error.js';
import { check, checkConfig, checkCount, checkFunction, checkScheduler, maxTimer } from '../util/check.js';
import type { RetryBudget } from './create-retry-budget.js';
import type { RetryConfig } from './retry-config.js';

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
