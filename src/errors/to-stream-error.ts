import { isRetryableKind, kindOfCode, kindOfStatus } from './classify.js';
import { describeError, type Redact } from './error-body.js';
import { StreamError } from './stream-error.js';

/** Makes the error for an error object inside a 200 stream, in any shape servers use. */
export function toStreamError(frame: unknown, redact: Redact): StreamError {
  const details = describeError(frame, redact);
  const named =
    kindOfCode(details.code) ??
    kindOfCode(details.type) ??
    (details.status === undefined ? undefined : kindOfStatus(details.status)) ??
    'provider';
  const kind = named === 'rate_limit' && details.perDay ? 'quota' : named;
  return new StreamError(details.message ?? 'The server reported an error inside the stream', {
    kind,
    code: details.code,
    type: details.type,
    retryable: isRetryableKind(kind),
    retryAfter: details.retryDelay,
  });
}
