import { ApiError, type ApiErrorInit } from './api-error.js';
import { isRetryableKind, kindOfResponse } from './classify.js';
import { describeErrorBody, type Redact } from './error-body.js';
import { RateLimitError } from './rate-limit-error.js';
import { parseRateLimits } from './rate-limits.js';
import { isReadableHeader } from './readable-header.js';
import { requestIdOf } from './request-id.js';
import { parseRetryAfter } from './retry-after.js';

/** A non-2xx answer, its body already read. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Milliseconds since the epoch, for headers that hold a time of day. */
  readonly now: number;
  readonly redact: Redact;
}

/** Makes the error for a non-2xx answer. `x-should-retry` wins over everything we would conclude ourselves. */
export function toApiError({ status, headers, body, now, redact }: ErrorResponse): ApiError {
  const details = describeErrorBody(body, redact);
  const named = kindOfResponse(status, details.code, details.type);
  const kind = named === 'rate_limit' && details.perDay ? 'quota' : named;
  const hint = parseRetryAfter(headers, now);
  const told = headers.get('x-should-retry');
  const init: ApiErrorInit = {
    kind,
    status,
    code: details.code,
    type: details.type,
    param: details.param,
    headers: readableHeaders(headers, redact),
    rateLimits: parseRateLimits(headers, now),
    retryAfter: hint === undefined || hint === 0 ? (details.retryDelay ?? hint) : hint,
    requestId: requestIdOf(headers, redact),
    retryable: told === 'true' || (told !== 'false' && isRetryableKind(kind)),
  };
  const message = `${status} ${details.message ?? phraseOf(body)}`;
  return kind === 'rate_limit' ? new RateLimitError(message, init) : new ApiError(message, init);
}

function phraseOf(body: string): string {
  return body.trimStart().startsWith('<')
    ? 'The server answered with a web page; check that baseURL is the address of an API'
    : 'The server gave no reason';
}

/** Secrets are also taken out of the values that are kept; a name that holds one is not kept. */
function readableHeaders(headers: Headers, redact: Redact): Readonly<Record<string, string>> {
  const kept = [...headers].filter(([name]) => isReadableHeader(name) && redact(name) === name);
  return Object.fromEntries(kept.map(([name, value]) => [name, redact(value)]));
}
