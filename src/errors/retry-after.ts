/**
 * The pause a response asked for: `retry-after-ms`, then `retry-after` in seconds or as a date.
 *
 * @param now Milliseconds since the epoch, for dates.
 * @returns Milliseconds, never negative, and 0 only if no hint is longer; `undefined` when there is no readable hint.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const seconds = headers.get('retry-after');
  const hints = [duration(headers.get('retry-after-ms'), 1), duration(seconds, 1e3), untilDate(seconds, now)];
  // Azure sends 0 milliseconds beside a longer pause in seconds.
  return hints.find((hint) => hint !== undefined && hint > 0) ?? hints.find((hint) => hint !== undefined);
}

/** A header sent twice is read as a list; the longest pause keeps to both. */
function duration(value: string | null, unit: number): number | undefined {
  const numbers = (value ?? '').split(',').map((item) => (item.trim() === '' ? NaN : Number(item) * unit));
  return numbers.every((number) => Number.isFinite(number) && number >= 0) ? Math.max(...numbers) : undefined;
}

function untilDate(value: string | null, now: number): number | undefined {
  // An HTTP date begins with a day's name; Date.parse would also find a date in a negative number. All three forms of one
  // are in GMT, though the oldest does not say so.
  const isDate = value !== null && /^\s*[A-Z][a-z]/u.test(value);
  const time = isDate ? Date.parse(/GMT|UTC|[+-]\d{4}/u.test(value) ? value : `${value} GMT`) : NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
