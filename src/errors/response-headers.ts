const readable: ReadonlySet<string> = new Set([
  'content-type',
  'date',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-request-id',
  'request-id',
  'apim-request-id',
  'openai-processing-ms',
  'openai-version',
  'x-ms-region',
  'cf-ray',
  'server',
]);

/**
 * Whether a response header may be shown on an error. Cookies, organization ids and unknown headers may not.
 *
 * @param name In lower case, as `Headers` lists it.
 */
export function isReadableHeader(name: string): boolean {
  return readable.has(name) || name.startsWith('x-ratelimit-') || name.startsWith('anthropic-ratelimit-');
}

const requestIds = ['x-request-id', 'request-id', 'apim-request-id', 'mistral-correlation-id', 'x-generation-id'];

/** Reads the id to quote to the server's support; `undefined` if it sent none. */
export function requestIdOf(headers: Headers): string | undefined {
  return requestIds.map((name) => headers.get(name)).find(Boolean) ?? undefined;
}

/**
 * Reads how many milliseconds the server asked the client to wait: `retry-after-ms`, then `retry-after` in seconds or
 * as a date.
 *
 * @param now Milliseconds since the epoch, to convert a date.
 * @returns Milliseconds, never negative, and 0 only if no longer pause is named; `undefined` without a readable header.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  const pauses = [parsePause(headers.get('retry-after-ms'), 1), parsePause(value, 1e3), untilDate(value, now)];
  // Azure sends 0 milliseconds next to a longer pause in seconds.
  return pauses.find((pause) => pause !== undefined && pause > 0) ?? pauses.find((pause) => pause !== undefined);
}

/** Reads a number, or the largest of a list: a header that was sent twice arrives as one. */
function parsePause(value: string | null, unit: number): number | undefined {
  const numbers = (value ?? '').split(',').map((item) => (item.trim() === '' ? NaN : Number(item) * unit));
  return numbers.every((number) => Number.isFinite(number) && number >= 0) ? Math.max(...numbers) : undefined;
}

function untilDate(value: string | null, now: number): number | undefined {
  // Each form of an HTTP date begins with the name of a day and is in GMT, though the oldest form omits that. Date.parse
  // alone would also read a negative number as a date.
  const isDate = value !== null && /^\s*[A-Z][a-z]/u.test(value);
  const time = isDate ? Date.parse(/GMT|UTC|[+-]\d{4}/u.test(value) ? value : `${value} GMT`) : NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
