import { isLlmError } from './llm-error.js';

/**
 * A copy of an error that also holds what had been gathered when it came. A copy, because one error may reach several
 * consumers of a shared stream. Errors that are not of this package are given back as they are.
 */
export function withPartial(error: unknown, partial: unknown): unknown {
  if (!isLlmError(error)) {
    return error;
  }
  // A real Error object, so that inspection and structured cloning see one.
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error) as object) as Error;
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    partial: { value: partial, enumerable: true, configurable: true, writable: true },
  });
}
