import { parseReset } from '../../errors/rate-limits.js';
import { isReadableHeader } from '../../errors/readable-header.js';
import { parseRetryAfter } from '../../errors/retry-after.js';
import { requestIdOf } from '../../errors/request-id.js';
import type { Secrets } from './secrets.js';

/**
 * The response headers that are recorded: those that an error of this package would show, and the request's id. A pause
 * or a reset given as a time of day becomes a duration, since a replay happens at another time.
 *
 * @param now Milliseconds since the epoch, when the headers came.
 */
export function recordHeaders(headers: Headers, now: number, { removeFromText }: Secrets): Record<string, string> {
  const kept = [...headers].filter(([name]) => isReadableHeader(name) && removeFromText(name) === name);
  const id = requestIdOf(headers, removeFromText);
  const fields = Object.fromEntries(kept.map(([name, value]) => [name, removeFromText(toDuration(name, value, now))]));
  return id === undefined || Object.values(fields).includes(id) ? fields : { ...fields, 'x-request-id': id };
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

/** What is read as another duration at another time is no duration. */
function isTimeOfDay(read: (now: number) => number | undefined): boolean {
  return read(0) !== read(1);
}
