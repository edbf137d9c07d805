/**
 * The pause a response asked for: `retry-after-ms`, then `retry-after` in seconds or as a date.
 *
 * @param now Milliseconds since the epoch, for dates.
 * @returns Milliseconds, never negative; `undefined` when there is no readable hint.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const seconds = headers.get('retry-after');
  return duration(headers.get('retry-after-ms'), 1) ?? duration(seconds, 1e3) ?? untilDate(seconds, now);
}

function duration(value: string | null, unit: number): number | undefined {
  const number = value === null || value.trim() === '' ? NaN : Number(value);
  return Number.isFinite(number) && number >= 0 ? number * unit : undefined;
}

function untilDate(value: string | null, now: number): number | undefined {
  // An HTTP date begins with a day's name; Date.parse would also find a date in a negative number.
  const time = value !== null && /^\s*[A-Z][a-z]/u.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
