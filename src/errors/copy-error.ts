import { isLlmError, type LlmError } from './llm-error.js';

/**
 * A copy of an error with some fields set: what had been gathered when it came, the request it belongs to, or what
 * failed before it. A copy, because one error may reach several consumers of a shared stream. Errors that are not of
 * this package are given back as they are.
 */
export function copyError(
  error: unknown,
  fields: Partial<Pick<LlmError, 'partial' | 'requestId' | 'errors'>>,
): unknown {
  if (!isLlmError(error)) {
    return error;
  }
  // A real Error object, so that inspection and structured cloning see one.
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error) as object) as Error;
  const { partial, ...shown } = fields;
  Object.assign(Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error)), shown);
  if (partial !== undefined) {
    // Readable, but not enumerable: a log of the error must not show the reply.
    Object.defineProperty(copy, 'partial', { value: partial, enumerable: false, writable: true, configurable: true });
  }
  return copy;
}
