import { ConnectionError } from '../errors/connection-error.js';
import { isLlmError, type LlmError } from '../errors/llm-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { createRedactor, type Redact } from '../secrets/redactor.js';
import { dataIn, hasForeignGetter, isReference } from './data-in.js';
import { judgeFailure } from './judge-failure.js';
import type { TransportRequest } from './transport.js';

/**
 * Converts what an exchange failed with to a `ConnectionError`, which is not retryable where a new request would fail in the
 * same way, or to a `ProtocolError` if the answer is not valid HTTP; returns an error of this package unchanged.
 *
 * `cause` is what was thrown, provided that no secret of the request can be in it: its own fields hold nothing but primitives
 * without one and, in `cause` and `errors`, such errors again, at most 5 levels deep. If there is more, such as the request
 * that an HTTP client keeps on its errors, `cause` is a plain `Error` with name, message, code, stack, cause and errors,
 * redacted. An object without a message is left out. Reading calls no getter and no method of the thrown value.
 *
 * @param request What was asked; `server` is named instead of its origin.
 * @param answered Whether response headers had arrived.
 */
export function toTransportError(
  thrown: unknown,
  request: Pick<TransportRequest, 'url' | 'headers'> & { readonly server?: string },
  answered: boolean,
): LlmError {
  if (isLlmError(thrown)) {
    return thrown;
  }
  const { addRequest, redact } = createRedactor();
  addRequest(request);
  const cause = withoutSecrets(thrown, redact);
  const { code = '', verdict } = judgeFailure(cause, request, answered);
  const { server = new URL(request.url).origin } = request;
  const advice = untrusted.test(code) ? ': see NODE_EXTRA_CA_CERTS' : '';
  const reason = code && ` (${code})${advice}`;
  if (verdict === 'malformed') {
    return new ProtocolError(`The answer from ${server} is not valid HTTP, or its headers are too long${reason}`, {
      cause,
    });
  }
  const message = answered ? `The connection to ${server} broke` : `No answer from ${server}`;
  return new ConnectionError(message + reason, { cause, retryable: verdict === 'transient' });
}

/** The codes of a certificate whose issuer Node does not know. */
const untrusted = /SELF_SIGNED|UNABLE_TO|UNTRUSTED/u;
const maxDepth = 5;

/** Returns a value as it is if it holds no secret, else a copy that does not. */
function withoutSecrets(value: unknown, redact: Redact): unknown {
  const results = new Map<unknown, unknown>();
  const read = (part: unknown, depth: number): unknown => {
    if (!isReference(part)) {
      return typeof part === 'string' ? redact(part) : part;
    }
    // An error may be its own cause, and several may share one.
    if (!results.has(part) && depth <= maxDepth) {
      results.set(part, undefined);
      const safe = errorWithoutSecrets(part, redact, (inner) => read(inner, depth + 1));
      results.set(part, safe);
    }
    return results.get(part);
  };
  return read(value, 0);
}

function errorWithoutSecrets(error: object, redact: Redact, read: (part: unknown) => unknown): object | undefined {
  const message = dataIn(error, 'message');
  if (typeof message !== 'string') {
    return undefined;
  }
  const name = dataIn(error, 'name');
  const safe: Record<string, unknown> = { message: redact(message), name: read(name) };
  let isSafe = safe['message'] === message;
  for (const key of Reflect.ownKeys(error)) {
    // The runtime writes the stack when it is first read, and begins it with the name, which a getter may return.
    if (key === 'stack' && typeof name !== 'string') {
      isSafe = false;
      continue;
    }
    const value = dataIn(error, key);
    // An HTTP parser quotes the bytes of the answer that it refuses.
    const isPayload = key === 'data' && name === 'HTTPParserError';
    const isList = key === 'errors' && Array.isArray(value);
    const isKept = key === 'cause' || !(isReference(value) || isPayload);
    const part = isList ? readList(value, read) : isKept ? read(value) : undefined;
    const field = String(key);
    isSafe &&= part === value && redact(field) === field && !hasForeignGetter(error, key);
    safe[field] = part;
  }
  return isSafe ? error : plainError(safe);
}

/** Reads the items of a list; the same list if all are as before. */
function readList(list: readonly unknown[], read: (part: unknown) => unknown): readonly unknown[] {
  const items = Array.from({ length: list.length }, (_, index) => dataIn(list, String(index)));
  const safe = items.map(read);
  return safe.every((item, index) => item === items[index]) ? list : safe.filter((item) => item !== undefined);
}

function plainError({ message, name = 'Error', stack, code, cause, errors }: Readonly<Record<string, unknown>>): Error {
  const error = new Error(String(message));
  const fields = { name, stack: stack ?? `${String(name)}: ${error.message}`, code, cause, errors };
  for (const [key, value] of Object.entries(fields).filter(([, part]) => part !== undefined)) {
    Object.defineProperty(error, key, { value, enumerable: key === 'code', writable: true, configurable: true });
  }
  return error;
}
