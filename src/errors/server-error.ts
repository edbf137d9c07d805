import type { Redact } from '../secrets/redactor.js';
import { ApiError, type ApiErrorInit } from './api-error.js';
import { isRetryableInStream, isRetryableKind, kindOfResponse, kindOfWords } from './classify.js';
import { readErrorBody, readErrorObject } from './error-body.js';
import { RateLimitError } from './rate-limit-error.js';
import { parseRateLimits } from './rate-limits.js';
import { isReadableHeader, parseRetryAfter, requestIdOf } from './response-headers.js';
import { StreamError } from './stream-error.js';

/** A non-2xx response and its body. */
interface ErrorResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Milliseconds since the epoch, to convert headers that hold a date. */
  readonly now: number;
  readonly redact: Redact;
}

/** Converts a non-2xx response to an error. The header `x-should-retry` overrides what status and code suggest. */
export function toApiError({ status, headers, body, now, redact }: ErrorResponse): ApiError {
  const details = readErrorBody(body, redact, now);
  const kind = details.isUsedUp ? 'quota' : kindOfResponse(status, details.code, details.type);
  const pause = parseRetryAfter(headers, now);
  const shouldRetry = headers.get('x-should-retry');
  const requestId = requestIdOf(headers);
  const init: ApiErrorInit = {
    kind,
    status,
    code: details.code,
    type: details.type,
    param: details.param,
    headers: readableHeaders(headers, redact),
    rateLimits: parseRateLimits(headers, now),
    retryAfter: pause === undefined || pause === 0 ? (details.retryAfter ?? pause) : pause,
    requestId: requestId && redact(requestId),
    retryable: shouldRetry === 'true' || (shouldRetry !== 'false' && isRetryableKind(kind)),
  };
  const message = `${status} ${details.message ?? defaultMessage(body)}`;
  return kind === 'rate_limit' ? new RateLimitError(message, init) : new ApiError(message, init);
}

/**
 * Converts an error object inside a 200 stream, in any shape servers use, to an error.
 *
 * @param now Milliseconds since the epoch, to convert a time until which to wait.
 */
export function toStreamError(frame: unknown, redact: Redact, now: number): StreamError {
  const details = readErrorObject(frame, redact, now);
  const { code, type, param, message, retryAfter, isUsedUp } = details;
  // Many servers send the status they would have answered with as the code.
  const status = code !== undefined && /^[45]\d\d$/u.test(code) ? Number(code) : details.status;
  const named = status === undefined ? (kindOfWords(code, type) ?? 'provider') : kindOfResponse(status, code, type);
  const kind = isUsedUp ? 'quota' : named;
  return new StreamError(message ?? 'The server reported an error inside the stream', {
    kind,
    code,
    type,
    param,
    retryable: isRetryableInStream(kind, code),
    retryAfter,
  });
}

function defaultMessage(body: string): string {
  return body.trimStart().startsWith('<')
    ? 'The server answered with a web page; check that baseURL is the address of an API'
    : 'The server gave no reason';
}

function readableHeaders(headers: Headers, redact: Redact): Readonly<Record<string, string>> {
  const kept = [...headers].filter(([name]) => isReadableHeader(name));
  return Object.fromEntries(kept.map(([name, value]) => [redact(name), redact(value)]));
}
