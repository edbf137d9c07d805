import { LocalError } from './local-error.js';

/** The headers of a scripted error that are sent: those about when to come again. */
const scriptable = /^(?:retry-after|retry-after-ms|x-should-retry|x-ratelimit-[a-z-]+)$/iu;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The same error when it is one. What has a `status` from 400 to 599 becomes an error of that status, with its own
 * `message`, `type`, `code`, `param` and `headers` where it has them. Anything else becomes a 500 that says what failed:
 * this server is for developers, and has no secrets.
 */
export function toLocalError(error: unknown, what: string): LocalError {
  if (error instanceof LocalError) {
    return error;
  }
  const fields = typeof error === 'object' && error !== null ? (error as Fields) : {};
  const { status, message } = fields;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599) {
    return scripted(status, textOr(message, `${what} failed with status ${status}`), fields);
  }
  return new LocalError(500, `${what} failed: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

function scripted(status: number, message: string, fields: Fields): LocalError {
  const code = textOr(fields['code'], undefined) ?? (status === 429 ? 'rate_limit_exceeded' : null);
  const type = textOr(fields['type'], code === 'rate_limit_exceeded' ? 'requests' : undefined);
  return new LocalError(status, message, {
    ...(type === undefined ? {} : { type }),
    code,
    param: textOr(fields['param'], null),
    headers: sendableHeaders(fields['headers']),
    cause: fields,
  });
}

function sendableHeaders(headers: unknown): Readonly<Record<string, string>> {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : [];
  return Object.fromEntries(
    entries.flatMap(([name, value]: [string, unknown]) =>
      scriptable.test(name) && /^[\x20-\x7e]+$/u.test(String(value)) ? [[name, String(value)]] : [],
    ),
  );
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
