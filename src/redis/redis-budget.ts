import { asyncScheduler, map, type Observable } from 'rxjs';
import type { BudgetStore } from '../client/limit/budget-store.js';
import { check, checkConfig } from '../util/check.js';
import { budgetScript } from './budget-script.js';
import { checkClient, type RedisClient } from './redis-client.js';
import { runScript } from './run-script.js';

/** Configuration of {@link redisBudget}. */
export interface RedisBudgetConfig {
  /** A connected client of the package `redis`. */
  readonly client: RedisClient;
  /** Put in front of all keys. Default `'rxllm:'`. */
  readonly prefix?: string | undefined;
}

/** For how many milliseconds Redis may be unreachable. */
const patience = 10_000;

/**
 * Creates a store of budgets in Redis, so that all processes that use it stay within their limits together. Windows slide on
 * Redis's clock. Keys are `${prefix}{key}:taken` and `${prefix}{key}:budget`, and expire with the window.
 *
 * Errors with what Redis refuses, and if it cannot be reached for 10 seconds. A cost that was taken when the connection broke
 * may be taken twice, never not at all.
 *
 * @throws TypeError for an invalid configuration.
 */
export function redisBudget(config: RedisBudgetConfig): BudgetStore {
  checkConfig('redisBudget', config, ['client', 'prefix']);
  const { client, prefix = 'rxllm:' } = config;
  checkClient(client);
  check(typeof prefix === 'string', 'prefix', 'a string', prefix);
  const run = (key: string, ...values: readonly (string | number)[]): Observable<number> =>
    runScript({
      client,
      script: budgetScript,
      keys: [`${prefix}{${key}}:taken`, `${prefix}{${key}}:budget`],
      values,
      patience,
      scheduler: asyncScheduler,
    }).pipe(map(Number));
  return {
    take: (key, cost, { requests = Infinity, tokens = Infinity, window }) =>
      run(key, 'take', cost.requests, cost.tokens, requests, tokens, Math.ceil(window)),
    give: (key, cost) => run(key, 'give', cost.requests, cost.tokens),
    hold: (key, ms) => run(key, 'hold', Math.ceil(ms)),
  };
}
