import { parseReset } from '../../errors/rate-limits.js';
import { isReadableHeader, parseRetryAfter, requestIdOf } from '../../errors/response-headers.js';
import type { Secrets } from './cassette-secrets.js';

/**
 * Returns the response headers to record: those that an error of this package would show, and the request id. A pause or
 * reset given as a time of day becomes a duration, since a replay happens at another time.
 *
 * @param now Milliseconds since the epoch, when the headers arrived.
 */
export function recordHeaders(headers: Headers, now: number, { removeFromText }: Secrets): Record<string, string> {
  const kept = [...headers].filter(([name]) => isReadableHeader(name) && removeFromText(name) === name);
  const fields = Object.fromEntries(kept.map(([name, value]) => [name, removeFromText(toDuration(name, value, now))]));
  const id = removeFromText(requestIdOf(headers) ?? '');
  return id === '' || Object.values(fields).includes(id) ? fields : { ...fields, 'x-request-id': id };
}

function toDuration(name: string, value: string, now: number): string {
  if (name === 'retry-after') {
    const read = (time: number): number | undefined => parseRetryAfter(new Headers({ [name]: value }), time);
    return isTimeOfDay(read) ? String((read(now) ?? 0) / 1000) : value;
  }
  if (name.includes('reset')) {
    const read = (time: number): number | undefined => parseReset(value, time);
    return isTimeOfDay(read) ? `${read(now) ?? 0}ms` : value;
  }
  return value;
}

/** Whether a value is a different duration at a different time. */
function isTimeOfDay(read: (now: number) => number | undefined): boolean {
  return read(0) !== read(1);
}
