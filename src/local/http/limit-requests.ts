import type { SchedulerLike } from 'rxjs';
import type { LocalRateLimit } from '../local-server-config.js';
import type { Handler } from './exchange.js';
import { LocalError } from './local-error.js';

/**
 * Creates a wrapper of handlers that share a rate limit. Every answer gets `x-ratelimit-*` headers; a request above the
 * limit is a `LocalError` 429 that says when to retry. Without a limit handlers stay as they are.
 */
export function limitRequests(
  limit: LocalRateLimit | undefined,
  scheduler: SchedulerLike,
): (handle: Handler) => Handler {
  if (limit === undefined) {
    return (handle) => handle;
  }
  const { requests, window } = limit;
  const admit = slidingWindow(limit, scheduler);
  return (handle) => (exchange, parameter) => {
    const { admitted, remaining, reset, wait } = admit();
    exchange.response
      .setHeader('x-ratelimit-limit-requests', String(requests))
      .setHeader('x-ratelimit-remaining-requests', String(remaining))
      .setHeader('x-ratelimit-reset-requests', formatDuration(reset));
    if (!admitted) {
      throw new LocalError(
        429,
        `Rate limit reached: ${requests} per ${formatDuration(window)}. Please try again in ${formatDuration(wait)}.`,
        {
          type: 'requests',
          code: 'rate_limit_exceeded',
          headers: { 'retry-after': String(Math.ceil(wait / 1000)), 'retry-after-ms': String(Math.ceil(wait)) },
        },
      );
    }
    return handle(exchange, parameter);
  };
}

/**
 * Creates a sliding window: each call is a request, admitted if fewer than `requests` were admitted during the last
 * `window` milliseconds. It returns how many more would be admitted now, and the milliseconds until the whole limit is
 * available again (`reset`) and until the next request is admitted (`wait`).
 */
function slidingWindow({ requests, window }: LocalRateLimit, scheduler: SchedulerLike) {
  // A ring buffer: the n-th admitted request is at n modulo `requests`.
  const ends: number[] = [];
  let first = 0;
  let next = 0;
  const endOf = (index: number): number => ends[index % requests] ?? 0;
  return () => {
    const now = scheduler.now();
    while (first < next && endOf(first) <= now) {
      first += 1;
    }
    const admitted = next - first < requests;
    if (admitted) {
      ends[next % requests] = now + window;
      next += 1;
    }
    const remaining = requests - (next - first);
    return { admitted, remaining, reset: endOf(next - 1) - now, wait: remaining > 0 ? 0 : endOf(first) - now };
  };
}

/** Formats milliseconds as Go and OpenAI's rate-limit headers do: `20ms`, `1.5s`, `1m0s`, `1h0m0s`. Rounds up. */
function formatDuration(duration: number): string {
  const whole = Math.ceil(duration);
  if (whole < 1000) {
    return `${whole}ms`;
  }
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
  const seconds = `${(whole % 60_000) / 1000}s`;
  return hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
