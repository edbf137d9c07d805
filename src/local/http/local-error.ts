import { isObject } from '../../util/is-object.js';

/** Optional fields of a {@link LocalError}. */
interface LocalErrorInit {
  /** The API's type of error. Default: `server_error` from status 500 on, else `invalid_request_error`. */
  readonly type?: string | undefined;
  /** The request field that is invalid. */
  readonly param?: string | null;
  readonly code?: string | null;
  /** Response headers to send with the error, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** An error with an HTTP status, shown to the caller. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as the OpenAI API has it, sent as JSON or, once a stream has begun, as an error frame. */
  readonly body: { readonly error: ErrorBody };

  constructor(
    status: number,
    message: string,
    {
      type = status >= 500 ? 'server_error' : 'invalid_request_error',
      param = null,
      code = null,
      headers = {},
      cause,
    }: LocalErrorInit = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.headers = headers;
    this.body = { error: { message, type, param, code } };
  }
}

/**
 * Converts any error to a `LocalError`. One whose `status` is from 400 to 599 keeps it, with its `message`, `type`,
 * `code`, `param` and `headers`. Any other becomes a 500 that includes its message, since the callers are developers.
 *
 * @param what The subject of the message, such as `The server`.
 */
export function toLocalError(error: unknown, what: string): LocalError {
  if (error instanceof LocalError) {
    return error;
  }
  const fields: Readonly<Record<string, unknown>> = isObject(error) ? error : {};
  const { status, message, type, param } = fields;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 599) {
    const reason = error instanceof Error ? error.message : String(error);
    return new LocalError(500, `${what} failed: ${reason}`, { cause: error });
  }
  const code = textOr(fields['code'], status === 429 ? 'rate_limit_exceeded' : null);
  return new LocalError(status, textOr(message, `${what} failed with status ${status}`), {
    type: textOr(type, code === 'rate_limit_exceeded' ? 'requests' : undefined),
    code,
    param: textOr(param, null),
    headers: sendableHeaders(fields['headers']),
    cause: error,
  });
}

/** The headers of a model's error that are sent: those that say when to retry. */
const retryHeader = /^(?:retry-after|retry-after-ms|x-should-retry|x-ratelimit-[a-z-]+)$/iu;

function sendableHeaders(headers: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(isObject(headers) ? headers : {}).flatMap(([name, value]) =>
      retryHeader.test(name) && /^[\x20-\x7e]+$/u.test(String(value)) ? [[name, String(value)]] : [],
    ),
  );
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
