import { defined } from '../util/defined.js';

/** One rate limit of the server. */
export interface RateLimit {
  readonly limit?: number;
  readonly remaining?: number;
  /** Milliseconds until all of `limit` is available again; not the time to wait before the next request. */
  readonly reset?: number;
}

/** The rate limits in the headers of a response; those that the server did not send are absent. */
export interface RateLimits {
  readonly requests?: RateLimit;
  readonly tokens?: RateLimit;
  readonly inputTokens?: RateLimit;
  readonly outputTokens?: RateLimit;
}

const budgets: Readonly<Record<keyof RateLimits, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'input-tokens',
  outputTokens: 'output-tokens',
};

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-*`, `anthropic-ratelimit-*-{limit,remaining,reset}` and the plain
 * `x-ratelimit-{limit,remaining,reset}`, which counts requests. Malformed values are left out.
 *
 * @param now Milliseconds since the epoch, to convert resets that are a time of day.
 */
export function parseRateLimits(headers: Headers, now: number): RateLimits {
  const found: { -readonly [Budget in keyof RateLimits]: RateLimit } = {};
  for (const [budget, word] of Object.entries(budgets) as [keyof RateLimits, string][]) {
    const read = (field: string): string | null =>
      headers.get(`x-ratelimit-${field}-${word}`) ??
      headers.get(`anthropic-ratelimit-${word}-${field}`) ??
      (budget === 'requests' ? headers.get(`x-ratelimit-${field}`) : null);
    const limit = defined({
      limit: parseCount(read('limit')),
      remaining: parseCount(read('remaining')),
      reset: parseReset(read('reset'), now),
    });
    if (Object.keys(limit).length > 0) {
      found[budget] = limit;
    }
  }
  return found;
}

/** Azure sends -1 where no limit applies. */
function parseCount(text: string | null): number | undefined {
  const count = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(count) && count >= 0 ? count : undefined;
}

const unitInMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
};

/**
 * Parses a reset in the forms that servers use: a Go duration (`1m13.588s`), seconds (`7`), seconds or milliseconds since
 * the epoch, or an RFC 3339 time.
 *
 * @returns Milliseconds from `now`, never negative; `undefined` if the text is malformed.
 */
export function parseReset(text: string | null, now: number): number | undefined {
  const value = text?.trim() ?? '';
  // No real value is longer, and the expressions below are cheap for 64 characters only.
  if (value === '' || value.length > 64) {
    return undefined;
  }
  const number = Number(value);
  if (!Number.isNaN(number)) {
    const ms = number > 1e12 ? number - now : number > 1e9 ? number * 1e3 - now : number * 1e3;
    return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
  }
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/gu)];
  if (parts.map(([part]) => part).join('') === value) {
    return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitInMs[unit ?? ''] ?? 0), 0);
  }
  const time = /^\d{4}-\d{2}-\d{2}T/u.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
