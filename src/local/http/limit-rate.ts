import type { Handler } from './exchange.js';
import { formatDuration } from './format-duration.js';
import { LocalError } from './local-error.js';

/**
 * Puts the server's rate limit, if it has one, before a handler. Every answer then says what is left of it in
 * `x-ratelimit-*`; a request too many is a `LocalError` 429 that says when to come again.
 */
export function limitRate(handle: Handler): Handler {
  return (exchange, parameter) => {
    const { rateLimit } = exchange.settings;
    if (rateLimit !== undefined) {
      const { admitted, remaining, reset, wait } = rateLimit.admit();
      exchange.response
        .setHeader('x-ratelimit-limit-requests', String(rateLimit.requests))
        .setHeader('x-ratelimit-remaining-requests', String(remaining))
        .setHeader('x-ratelimit-reset-requests', formatDuration(reset));
      if (!admitted) {
        throw refusal(rateLimit.requests, rateLimit.window, wait);
      }
    }
    return handle(exchange, parameter);
  };
}

function refusal(requests: number, window: number, wait: number): LocalError {
  return new LocalError(
    429,
    `Rate limit reached: ${requests} per ${formatDuration(window)}. Please try again in ${formatDuration(wait)}.`,
    {
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers: { 'retry-after': String(Math.ceil(wait / 1000)), 'retry-after-ms': String(Math.ceil(wait)) },
    },
  );
}
