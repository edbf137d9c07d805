import type { LocalRateLimit } from '../local/index.js';
import { UsageError } from './usage-error.js';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a rate limit: how many requests in which time, such as `3/10s`, `60/m` or `1/500ms`.
 *
 * @throws {UsageError} When it cannot be one.
 */
export function readRateLimit(value: string): LocalRateLimit {
  const [, count = '', length = '1', unit = ''] = /^(\d+)\/(\d+(?:\.\d+)?)?(ms|[smh])$/u.exec(value.trim()) ?? [];
  const requests = Number(count);
  const window = Number(length) * units[unit as keyof typeof units];
  if (!Number.isSafeInteger(requests) || requests < 1 || !(window > 0)) {
    throw new UsageError('--rate-limit must be a number of requests and a time, such as 3/10s, 60/m or 1/500ms');
  }
  return { requests, window };
}
