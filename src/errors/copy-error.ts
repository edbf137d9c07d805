import { defined } from '../util/defined.js';
import { isLlmError, type LlmError } from './llm-error.js';

/**
 * Copies an error with some fields set, since one error may reach several consumers of a shared stream. Returns errors of
 * other packages unchanged.
 */
export function copyError(
  error: unknown,
  fields: Partial<
    Pick<LlmError, 'partial' | 'requestId' | 'errors' | 'retryable' | 'responseId' | 'streamId' | 'after'>
  >,
): unknown {
  if (!isLlmError(error)) {
    return error;
  }
  // A real Error object, for inspection and structured cloning.
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error) as object) as Error;
  const { partial, ...enumerable } = fields;
  Object.assign(Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error)), enumerable);
  // From Node 22 on, `stack` is an accessor, which gives the stack of the object that it is read from. `partial` is not
  // enumerable, so that a log of the error does not show the reply.
  for (const [key, value] of Object.entries(defined({ stack: error.stack, partial }))) {
    Object.defineProperty(copy, key, { value, enumerable: false, writable: true, configurable: true });
  }
  return copy;
}

/**
 * Combines the errors of several sources that all failed: the last one, copied with all of them as `errors`. A single error
 * is returned unchanged, and so is a last one of another package.
 */
export function joinErrors(errors: readonly unknown[]): unknown {
  const last = errors.at(-1);
  return errors.length > 1 ? copyError(last, { errors: [...errors] }) : last;
}
