import { check, checkConfig } from '../util/check.js';

/** How much a {@link RetryBudget} allows. */
export interface RetryBudgetConfig {
  /** The tokens it begins with, and never goes above. Default 500. */
  readonly capacity?: number | undefined;
  /** What a retry costs. Default 5. */
  readonly cost?: number | undefined;
  /** What a success gives back. Default 1. */
  readonly refund?: number | undefined;
}

/** What the retries of many streams are paid from. The retry operators take and give by themselves. */
export interface RetryBudget {
  /** What is left. */
  readonly tokens: number;
  /** Takes the cost of one retry; false, with nothing taken, when less than that is left. */
  readonly spend: () => boolean;
  /** Gives back what a success returns. */
  readonly refund: () => void;
}

/**
 * Creates a budget for the `budget` field of the retry operators, to be shared by all streams that ask the same server.
 * Each retry costs 5 of its 500 tokens. Each stream that completes returns 1, at its first attempt or after retries.
 * When it cannot pay there is no retry: the error passes.
 *
 * So however many streams fail, they retry 100 times in all, and from then on once per 5 successes: a server that is
 * down gets each request once, and one that fails every second request gets 10 % of its requests from retries.
 *
 * A retry is paid when its pause begins. A stream that is unsubscribed returns nothing, and is not paid back.
 *
 * @throws TypeError when `capacity` or `refund` is not a finite number of 0 or more, or `cost` not one above 0.
 */
export function createRetryBudget(config: RetryBudgetConfig = {}): RetryBudget {
  checkConfig('createRetryBudget', config, ['capacity', 'cost', 'refund']);
  const { capacity = 500, cost = 5, refund = 1 } = config;
  checkTokens('capacity', capacity);
  check(Number.isFinite(cost) && cost > 0, 'cost', 'a finite number above 0', cost);
  checkTokens('refund', refund);
  let tokens = capacity;
  return {
    get tokens() {
      return tokens;
    },
    spend() {
      const paid = tokens >= cost;
      tokens -= paid ? cost : 0;
      return paid;
    },
    refund() {
      tokens = Math.min(tokens + refund, capacity);
    },
  };
}

function checkTokens(name: string, value: number): void {
  check(Number.isFinite(value) && value >= 0, name, 'a finite number, 0 or more', value);
}
