import { check, checkConfig } from '../util/check.js';

/** Configuration of {@link createRetryBudget}. */
export interface RetryBudgetConfig {
  /** The initial number of tokens, which is also the maximum. Default 500. */
  readonly capacity?: number | undefined;
  /** Tokens that a retry costs. Default 5. */
  readonly cost?: number | undefined;
  /** Tokens that a successful stream returns. Default 1. */
  readonly refund?: number | undefined;
}

/** A budget that the retries of many streams share. The retry operators call `spend` and `refund`. */
export interface RetryBudget {
  /** The tokens left. */
  readonly tokens: number;
  /** Takes the cost of one retry. Returns false, and takes nothing, if too few tokens are left. */
  readonly spend: () => boolean;
  /** Returns the refund of one success. */
  readonly refund: () => void;
}

/**
 * Creates a budget for the `budget` field of the retry operators, to be shared by all streams from the same server. Each
 * retry costs 5 of its 500 tokens, and each stream that completes returns 1, with or without retries. When too few tokens
 * are left, streams no longer retry and their errors pass through.
 *
 * However many streams fail, they retry 100 times in total, and after that once per 5 successes. A server that is down
 * thus receives each request once, and if a server fails every second request, retries make up 10% of its requests.
 *
 * A retry is paid for when its pause begins. A stream that is unsubscribed returns no tokens and gets no refund.
 *
 * @throws TypeError if `capacity` or `refund` is negative or not finite, or `cost` is not a finite number above 0.
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
