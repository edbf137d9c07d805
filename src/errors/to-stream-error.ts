import { isRetryableKind, kindOfCode, kindOfResponse } from './classify.js';
import { describeError, type Redact } from './error-body.js';
import { StreamError } from './stream-error.js';

/** Makes the error for an error object inside a 200 stream, in any shape servers use. */
export function toStreamError(frame: unknown, redact: Redact): StreamError {
  const details = describeError(frame, redact);
  const { code = '', type } = details;
  // Many servers put the status they would have answered with into the code.
  const status = /^[45]\d\d$/u.test(code) ? Number(code) : details.status;
  const named =
    status === undefined
      ? (kindOfCode(details.code) ?? kindOfCode(type) ?? 'provider')
      : kindOfResponse(status, details.code, type);
  const kind = named === 'rate_limit' && details.perDay ? 'quota' : named;
  return new StreamError(details.message ?? 'The server reported an error inside the stream', {
    kind,
    code: details.code,
    type: details.type,
    retryable: isRetryableKind(kind),
    retryAfter: details.retryDelay,
  });
}
