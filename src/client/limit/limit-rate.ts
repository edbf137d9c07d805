import { asyncScheduler, defer, noop, Observable, type Observer, of, type SchedulerLike, tap } from 'rxjs';
import type { ApiError } from '../../errors/api-error.js';
import { isLlmError } from '../../errors/llm-error.js';
import { parseRateLimits } from '../../errors/rate-limits.js';
import { captureContext } from '../../transport/async-context.js';
import type { Interceptor, TransportEvent, TransportRequest } from '../../transport/transport.js';
import { check, checkConfig, checkCount, checkFunction, checkScheduler } from '../../util/check.js';
import { isObject } from '../../util/is-object.js';
import type { BudgetStore } from './budget-store.js';
import { estimateTokens } from './estimate-tokens.js';
import { budgetCode, Line } from './line.js';
import { MemoryBudget } from './memory-budget.js';
import { ToldRemaining } from './told-remaining.js';

/** Describes the pause of an exchange that {@link limitRate} holds back. */
export interface RateNotice {
  /** The length of the pause in milliseconds, after which the exchange asks for room again. */
  readonly delay: number;
  /** When the pause ends, as `scheduler.now()` counts; by default milliseconds since the epoch. */
  readonly at: number;
  readonly request: TransportRequest;
}

/** Configuration of {@link limitRate}. At least one of `requests`, `tokens` and `concurrency` is needed. */
export interface LimitRateConfig {
  /** How many exchanges any window may hold. */
  readonly requests?: number | undefined;
  /** How many tokens of questions and answers any window may hold, as `estimate` counts them. */
  readonly tokens?: number | undefined;
  /** The length of the window in milliseconds. Default 60,000. */
  readonly window?: number | undefined;
  /** How many exchanges may be open at once, each until its end, error or unsubscription. */
  readonly concurrency?: number | undefined;
  /** Where the budget is kept. By default in memory, for all clients that have this interceptor. */
  readonly store?: BudgetStore | undefined;
  /** The name of the budget in the store. Default `default`. */
  readonly key?: string | undefined;
  /**
   * Estimates the tokens of question and answer. By default a quarter of the characters of all texts, 1,000 for each image or
   * file, and the maximum that the request asks for, for each of its `n` answers.
   */
  readonly estimate?: ((request: TransportRequest) => number) | undefined;
  /**
   * The longest wait in milliseconds, the time in line included. Default 60,000; `Infinity` for none. A store may take a second
   * to answer in any case.
   */
  readonly maxDelay?: number | undefined;
  /**
   * A function or observer called when an exchange, the first in line by then, has to wait until the budget has room. An error
   * it throws ends the exchange.
   */
  readonly notify?: ((notice: RateNotice) => void) | Partial<Observer<RateNotice>> | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Creates an interceptor that keeps exchanges within a budget: so many requests and tokens in any window, and so many at
 * once. List it after a retry, so that each attempt pays.
 *
 * ```text
 * asked:   ab-c------|   at most 2 in 10
 * sent:    ab--------c
 * ```
 *
 * An exchange waits, in order, until the window holds it, and leaving ends the wait. Where that takes longer than `maxDelay`
 * it fails with a `RateLimitError` of code `rate_budget`, whose `retryAfter` tells when there is room, and nothing is sent. A
 * cost above the whole window is sent alone, when the window is empty.
 *
 * What the server says is left (`x-ratelimit-remaining-*`) lowers what the budget has, never raises it. Where the server
 * refuses with a 429 and asks for a pause, all users of the store pause. A store that fails fails the exchange. Lists of
 * models, and requests about a stored answer, ask nothing of a model: they pass at once and cost nothing.
 *
 * @throws TypeError if `config` is invalid or has no limit.
 */
export function limitRate(config: LimitRateConfig): Interceptor {
  checkConfig('limitRate', config, fields);
  const { requests, tokens, window = 60_000, concurrency = Infinity, scheduler = asyncScheduler } = config;
  const { store = new MemoryBudget(scheduler), key = 'default', estimate = estimateTokens, maxDelay = 60_000 } = config;
  if (requests === undefined && tokens === undefined && config.concurrency === undefined) {
    throw new TypeError('limitRate needs a limit: requests, tokens or concurrency');
  }
  checkCount('requests', requests ?? Infinity, 1);
  checkCount('tokens', tokens ?? Infinity, 1);
  checkCount('concurrency', concurrency, 1);
  checkScheduler(scheduler);
  check(Number.isFinite(window) && window > 0, 'window', 'a finite number of milliseconds above 0', window);
  check(typeof maxDelay === 'number' && maxDelay >= 0, 'maxDelay', 'a number of milliseconds, 0 or more', maxDelay);
  check(isStore(store), 'store', 'an object with the functions take, give and hold', store);
  check(typeof key === 'string', 'key', 'a string', key);
  checkFunction('estimate', estimate);
  const tell = teller(config.notify);

  const limits = { requests, tokens, window };
  const told = new ToldRemaining(limits);
  const line = new Line({ concurrency, maxDelay, scheduler });
  /** Calls the store for its effect. That it fails is of no concern to the exchange, which has ended. */
  const effect = (call: () => ReturnType<BudgetStore['give']>): void => {
    defer(call).subscribe({ error: noop });
  };
  const heed = tap<TransportEvent>({
    next: (event) => {
      if (event.type === 'head') {
        told.lower(parseRateLimits(event.headers, scheduler.now()), scheduler.now());
      }
    },
    error: (error: unknown) => {
      if (isLlmError(error)) {
        const { rateLimits = {}, status, kind, code, retryAfter = 0 } = error as Partial<ApiError>;
        told.lower(rateLimits, scheduler.now());
        // A second limit inside this one speaks of its own budget.
        if (status === 429 && kind !== 'quota' && code !== budgetCode && retryAfter > 0) {
          effect(() => store.hold(key, retryAfter));
        }
      }
    },
  });

  return (request, next) =>
    isAboutStored(request)
      ? next(request)
      : new Observable((subscriber) => {
          const cost = { requests: 1, tokens: tokens === undefined ? 0 : checkEstimate(estimate(request)) };
          return line.join({
            run: captureContext(),
            ask: () => {
              const wait = told.wait(cost, scheduler.now());
              return wait > 0 ? of(wait) : defer(() => store.take(key, cost, limits));
            },
            giveBack: () => effect(() => store.give(key, cost)),
            notify: (delay) => tell({ delay, at: scheduler.now() + delay, request }),
            send: () => {
              told.spend(cost);
              defer(() => next(request))
                .pipe(heed)
                .subscribe(subscriber);
            },
            fail: (error) => subscriber.error(error),
          });
        });
}

const fields: readonly (keyof LimitRateConfig)[] = [
  'requests',
  'tokens',
  'window',
  'concurrency',
  'store',
  'key',
  'estimate',
  'maxDelay',
  'notify',
  'scheduler',
];

/** Whether an exchange asks nothing of a model, such as `responses.cancel`, which must not wait. */
function isAboutStored({ operation }: TransportRequest): boolean {
  return operation === 'models' || operation.includes('.');
}

function isStore(store: unknown): boolean {
  return isObject(store) && ['take', 'give', 'hold'].every((name) => typeof store[name] === 'function');
}

function checkEstimate(estimate: number): number {
  check(Number.isFinite(estimate) && estimate >= 0, 'What estimate() returns', 'a number, 0 or more', estimate);
  return Math.ceil(estimate);
}

function teller(notify: LimitRateConfig['notify']): (notice: RateNotice) => void {
  const isListener = notify === undefined || typeof notify === 'function' || isObject(notify);
  check(isListener, 'notify', 'a function or an observer', notify);
  return typeof notify === 'function' ? notify : (notice) => notify?.next?.(notice);
}
