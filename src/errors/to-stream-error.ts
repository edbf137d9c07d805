import { isRetryableKind, kindOfCode, kindOfStatus } from './classify.js';
import { describeError } from './error-body.js';
import { StreamError } from './stream-error.js';

/** Where an error frame came from, and how to keep secrets out of it. */
export interface StreamErrorContext {
  readonly requestId?: string | undefined;
  /** Takes secrets out of text the server sent. */
  readonly redact?: (text: string) => string;
}

/** Makes the error for an error object inside a 200 stream, in any shape servers use. */
export function toStreamError(frame: unknown, { requestId, redact = (text) => text }: StreamErrorContext): StreamError {
  const details = describeError(frame);
  const named =
    kindOfCode(details.code) ??
    kindOfCode(details.type) ??
    (details.status === undefined ? undefined : kindOfStatus(details.status)) ??
    'provider';
  const kind = named === 'rate_limit' && details.perDay ? 'quota' : named;
  return new StreamError(redact(details.message ?? 'The server reported an error inside the stream'), {
    kind,
    code: redacted(details.code, redact),
    type: redacted(details.type, redact),
    retryable: isRetryableKind(kind),
    retryAfter: details.retryDelay,
    requestId,
  });
}

function redacted(text: string | undefined, redact: (text: string) => string): string | undefined {
  return text === undefined ? undefined : redact(text);
}
