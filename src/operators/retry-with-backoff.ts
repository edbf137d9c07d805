import {
  asyncScheduler,
  defer,
  identity,
  type MonoTypeOperatorFunction,
  type Observable,
  type Observer,
  retry,
  type SchedulerLike,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { isLlmError, type LlmError } from '../errors/llm-error.js';
import { isPieceOfAnswer } from '../formats/answer-formats.js';
import { check, checkConfig, checkCount, checkFunction, checkScheduler, maxTimer } from '../util/check.js';
import { isObject } from '../util/is-object.js';
import { checkCalled } from '../util/misuse.js';
import { virtualTime } from '../util/virtual-time.js';
import { isItemStream } from './array-items.js';
import type { RetryBudget } from './create-retry-budget.js';

/** Describes the pause before a retry. */
export interface RetryNotice {
  /** The number of the retry, from 1. */
  readonly attempt: number;
  /** The length of the pause in milliseconds. */
  readonly delay: number;
  /** When the pause ends, as `scheduler.now()` counts; by default milliseconds since the epoch. */
  readonly at: number;
  /** The error that is retried. With a `when` of your own it may be any error. */
  readonly reason: LlmError;
}

/** Configuration of `retryTransient` and `retryOnRateLimit`. */
export interface RetryConfig {
  /** The number of retries after the first attempt; `Infinity` for no limit. Default 2. */
  readonly count?: number | undefined;
  /**
   * The maximum pause in milliseconds. If the server asks for a longer one, the error passes through at once. Default
   * 60,000; `Infinity` allows the 24 days that a timer can hold.
   */
  readonly maxDelay?: number | undefined;
  /**
   * The maximum of the first pause in milliseconds if the server asks for none; it doubles with each further retry. The
   * pause is a random part of it (full jitter), so that clients that failed together do not retry together. Default 500.
   */
  readonly initialDelay?: number | undefined;
  /**
   * The ceiling at which doubling stops, in milliseconds; a larger `initialDelay` is reduced to it. Default 8,000. The
   * server may still ask for a longer pause.
   */
  readonly backoffLimit?: number | undefined;
  /**
   * Whether to retry after this error; `attempt` is 1 for the first retry. It replaces the operator's own rule, so it is
   * called for every error, even one that is not retryable. `count`, `maxDelay`, `budget` and `restart` still apply.
   */
  readonly when?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** A function or observer called when a pause begins. An error it throws ends the stream. */
  readonly notify?: ((notice: RetryNotice) => void) | Partial<Observer<RetryNotice>> | undefined;
  /**
   * Whether to retry even after output. Default false. Only for snapshots, which replace each other: put the operator
   * directly after `accumulateMessage` or `accumulateText`, which start again with each attempt. Chunks or text deltas
   * would be repeated, so a chunk, a response event, an event of `runTools` or a value directly from `arrayItems` ends the
   * stream with a `TypeError`. Not needed after `toText` and `toMessage`, which emit only at the end.
   */
  readonly restart?: boolean | undefined;
  /** A budget shared by many streams; if it cannot pay for a retry, the error passes through. Default none. */
  readonly budget?: RetryBudget | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Returns a number from 0 to below 1, for the jitter. Default `Math.random`; inside `runMarbles` it is always 0.5. */
  readonly random?: (() => number) | undefined;
}

/**
 * Implements the retry operators: resubscribes to a failed source after the pause that the error asks for, or a random one.
 *
 * @param name The operator's name, for its errors.
 * @param isWorthwhile Which errors to retry, unless `config.when` decides.
 */
export function retryWithBackoff<T>(
  name: string,
  isWorthwhile: (error: unknown) => boolean,
  config: RetryConfig,
): MonoTypeOperatorFunction<T> {
  checkCalled(name, config);
  checkConfig(name, config, fields);
  const { count = 2, when = isWorthwhile, restart = false, budget } = config;
  checkCount('count', count, 0);
  checkFunction('when', when);
  check(typeof restart === 'boolean', 'restart', 'true or false', restart);
  const pause = createPause(config);

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
        // After the retry, so that `when` cannot retry it.
        restart ? refusePieces(isItemStream(source)) : identity,
      );
    });
}

/**
 * Creates what waits before a retry, for as long as the error asks or for a random time. It fails with the error if that
 * asks for a longer pause than `maxDelay`, or if the budget is used up.
 */
export function createPause({
  maxDelay = 60_000,
  initialDelay = 500,
  backoffLimit = 8000,
  notify,
  budget,
  scheduler = asyncScheduler,
  random = jitter,
}: RetryConfig): (error: unknown, attempt: number) => Observable<unknown> {
  checkScheduler(scheduler);
  for (const [field, delay] of Object.entries({ maxDelay, initialDelay, backoffLimit })) {
    check(typeof delay === 'number' && delay >= 0, field, 'a number of milliseconds, 0 or more, or Infinity', delay);
  }
  checkFunction('random', random);
  const isListener = notify === undefined || typeof notify === 'function' || isObject(notify);
  check(isListener, 'notify', 'a function or an observer', notify);
  check(isBudget(budget), 'budget', 'the result of createRetryBudget()', budget);
  const maxPause = Math.min(maxDelay, maxTimer);
  return (error, attempt) => {
    const hint = (isLlmError(error) ? error.retryAfter : undefined) ?? 0;
    if (hint > maxPause || budget?.spend() === false) {
      return throwError(() => error);
    }
    // Rounded up, since timers drop fractions and would fire early. A hint of 0 is ignored: some servers send it next to
    // a longer one.
    const ceiling = Math.min(initialDelay * Math.min(2 ** (attempt - 1), maxTimer), backoffLimit, maxPause);
    const delay = hint > 0 ? Math.ceil(hint) : Math.round(random() * ceiling);
    const notice = { attempt, delay, at: scheduler.now() + delay, reason: error as LlmError };
    if (typeof notify === 'function') {
      notify(notice);
    } else {
      notify?.next?.(notice);
    }
    return timer(delay, scheduler);
  };
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

/** Errors at a piece of an answer, since a restart would repeat its beginning. */
function refusePieces<T>(areItems: boolean): MonoTypeOperatorFunction<T> {
  return tap((value) => {
    if (areItems || isPieceOfAnswer(value) || isRunEvent(value)) {
      throw new TypeError('restart belongs after an accumulating operator, such as accumulateMessage()');
    }
  });
}

/** Whether a value is an event of `runTools`: a restart would also run tools twice. */
function isRunEvent(value: unknown): boolean {
  const { turn, chunk, call, history } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof turn === 'number' && (chunk ?? call ?? history) !== undefined;
}

function isBudget(value: unknown): boolean {
  const { spend, refund } = (value ?? {}) as Partial<RetryBudget>;
  return value === undefined || (typeof spend === 'function' && typeof refund === 'function');
}

/** Asked for each pause, since the operator may have been created before the marble test began. */
function jitter(): number {
  return virtualTime() === undefined ? Math.random() : 0.5;
}
