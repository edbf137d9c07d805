import { from, type Observable, takeUntil } from 'rxjs';
import {
  type BudgetStore,
  type Client,
  createClient,
  isLlmError,
  limitRate,
  retryTransient,
} from '../../index.node.js';
import type { LocalRateLimit } from '../../local/index.js';

/** How a relay asks the model's server. */
interface UpstreamConfig {
  readonly baseURL: string;
  readonly apiKey: string | undefined;
  /** The models that are listed, if not those of the server. */
  readonly models: readonly string[] | undefined;
  readonly rateLimit: LocalRateLimit | undefined;
  readonly store: BudgetStore | undefined;
  /** Ends all streams by its error. */
  readonly stopped: Observable<never>;
}

/** How often what failed for the moment is asked for again, and for how many milliseconds it waits for that at most. */
const retries = { count: 2, maxDelay: 10_000 };

/**
 * Creates what asks the model's server. Failures that pass are retried before the answer begins; each attempt counts against
 * the rate limit, and what is above the limit fails at once.
 */
export function createUpstream(config: UpstreamConfig): Pick<Client, 'chat' | 'responses' | 'models'> {
  const { baseURL, apiKey, models, rateLimit, store, stopped } = config;
  const client = createClient({
    baseURL,
    apiKey,
    interceptors: [
      (request, next) => next(request).pipe(retryTransient({ ...retries, when: isWorthwhile })),
      ...(rateLimit === undefined ? [] : [limitRate({ ...rateLimit, store, maxDelay: 0 })]),
    ],
  });
  return {
    chat: (request, options) => client.chat(request, options).pipe(takeUntil(stopped)),
    responses: (request, options) => client.responses(request, options).pipe(takeUntil(stopped)),
    models: models === undefined ? client.models : () => from(models.map((id) => ({ id }))),
  };
}

/** Above its own limit the relay refuses, as the local server does. */
function isWorthwhile(error: unknown): boolean {
  return isLlmError(error) && error.retryable && (error as { readonly code?: unknown }).code !== 'rate_budget';
}
