import type { ApiError } from '../../errors/api-error.js';
import { parseRetryAfter } from '../../errors/response-headers.js';
import type { CassetteResponse } from '../cassette.js';
import { recordHeaders } from './record-headers.js';
import type { Secrets } from './cassette-secrets.js';

/**
 * The answer that makes an `ApiError`. An interceptor never sees the answer itself, so its body is written anew from what
 * the error says; reading it gives an equal error.
 *
 * @param at Milliseconds since the request.
 * @param now Milliseconds since the epoch.
 */
export function toRefusedResponse(error: ApiError, at: number, now: number, secrets: Secrets): CassetteResponse {
  const { status, kind, code, type, param, retryAfter, requestId } = error;
  const headers = recordHeaders(new Headers(error.headers), now, secrets);
  const isToldByHeader = parseRetryAfter(new Headers(error.headers), now) === retryAfter;
  const prefix = `${status} `;
  const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  // A daily quota, which no status and no code tells from an ordinary rate limit.
  const details = kind === 'quota' && status === 429 ? [{ violations: [{ quotaId: 'PerDay' }] }] : undefined;
  const body = { error: secrets.removeFromJson({ message, type, code, param, details }) };
  return {
    at,
    status,
    headers: {
      ...headers,
      ...(retryAfter === undefined || isToldByHeader ? {} : { 'retry-after-ms': String(retryAfter) }),
      ...(requestId === undefined || Object.values(error.headers).includes(requestId)
        ? {}
        : { 'x-request-id': secrets.removeFromText(requestId) }),
    },
    body: [{ at, text: JSON.stringify(body) }],
  };
}
