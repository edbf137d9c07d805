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
  const reason = code === undefined ? '' : ` (${redactor.redact(code)})`;
  const { origin } = new URL(request.url);
  const text = textIn(cause);
  return new ConnectionError(
    answered ? `The connection to ${origin} broke${reason}` : `No answer from ${origin}${reason}`,
    { cause: text !== undefined && redactor.find(text).length === 0 ? cause : undefined },
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

/** More are looked at by nobody who reads an error. */
const mostObjects = 1000;
/** What requests and the like keep to themselves, and show all the same. */
const shownByGetters = ['headers', 'url', 'request', 'message', 'stack'];

/** Everything an inspection of a value may show; `undefined` when that is too much to tell. */
function textIn(value: unknown): string | undefined {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const waiting = [value];
  // It grows meanwhile. Errors may be chained deeper than a stack is.
  for (const item of waiting) {
    if (!isObject(item)) {
      texts.push(String(item));
    } else if (!seen.has(item) && !ArrayBuffer.isView(item)) {
      seen.add(item);
      waiting.push(...partsOf(item));
    }
    if (seen.size > mostObjects) {
      return undefined;
    }
  }
  return texts.join(' ');
}

function partsOf(value: Readonly<Record<string, unknown>>): readonly unknown[] {
  const names = Reflect.ownKeys(value);
  const parts: unknown[] = names.map((name) => Reflect.getOwnPropertyDescriptor(value, name)?.value as unknown);
  try {
    parts.push(...shownByGetters.map((name) => value[name]));
    if (typeof value['forEach'] === 'function') {
      // Headers and maps keep what they hold to themselves.
      (value as unknown as Map<unknown, unknown>).forEach((item, key) => parts.push(key, item));
    }
  } catch {
    // A getter that fails shows nothing.
  }
  return [...names, ...parts];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
