import { ConnectionError } from '../errors/connection-error.js';
import { isLlmError, type LlmError } from '../errors/llm-error.js';
import { createRedactor } from './redactor.js';
import type { TransportRequest } from './transport.js';

/**
 * Makes the error for an exchange that failed below HTTP; an error of ours is given back as it is. The cause is kept
 * unless it holds a secret of the request: fetch quotes a header it refuses, and other clients hang the request on their
 * errors.
 *
 * @param answered Whether response headers had arrived.
 */
export function toTransportError(cause: unknown, request: TransportRequest, answered: boolean): LlmError {
  if (isLlmError(cause)) {
    return cause;
  }
  const redactor = createRedactor();
  redactor.learn(request);
  const code = codeOf(cause);
  const reason = code === undefined ? '' : ` (${code})`;
  const { origin } = new URL(request.url);
  const text = textIn(cause);
  return new ConnectionError(
    answered ? `The connection to ${origin} broke${reason}` : `No answer from ${origin}${reason}`,
    { cause: redactor.redact(text) === text ? cause : undefined },
  );
}

/** The system's word, such as ECONNREFUSED, wherever fetch or undici keep it. */
function codeOf(error: unknown): string | undefined {
  // Read without `instanceof`, which is false for errors of another realm: a frame's, or Node's own inside a jest test.
  for (let current = error, depth = 0; isObject(current) && depth < 5; current = current['cause'], depth += 1) {
    const { code } = current;
    if (typeof code === 'string') {
      return code;
    }
  }
  return undefined;
}

/** Everything an inspection of a value may show. */
function textIn(value: unknown, seen = new Set<unknown>()): string {
  if (!isObject(value)) {
    return String(value);
  }
  if (seen.has(value) || ArrayBuffer.isView(value)) {
    return '';
  }
  seen.add(value);
  const items = Object.values(Object.getOwnPropertyDescriptors(value)).map((property) => property.value as unknown);
  if (typeof value['forEach'] === 'function') {
    // Headers and maps keep what they hold to themselves.
    (value as unknown as Map<unknown, unknown>).forEach((item, key) => items.push(key, item));
  }
  return items.map((item) => textIn(item, seen)).join(' ');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
