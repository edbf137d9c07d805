import { type LlmError, savedError } from '../errors/llm-error.js';
import { isObject } from '../util/is-object.js';

/**
 * Why a reply failed: an error of this package, with its `kind`, or an error that a callback threw. Both have a `message`, and
 * a template can read either field: `error()?.kind`.
 */
export type ReplyError =
  LlmError | (Error & Readonly<Partial<Record<'kind' | 'retryable' | 'retryAfter' | 'requestId', undefined>>>);

/** Returns what was thrown as an error. A thrown value that is not an error becomes the `cause` of one. */
export function toReplyError(thrown: unknown): ReplyError {
  return isError(thrown) ? thrown : new Error('A value that is not an Error was thrown', { cause: thrown });
}

/** `instanceof` is false for an error of another realm, and for those of Angular's HttpClient. */
function isError(thrown: unknown): thrown is ReplyError {
  return isObject(thrown) && typeof thrown['message'] === 'string';
}

/** Creates a frozen value of these fields whose `error` is kept by JSON. */
export function withSavedError<Fields extends { readonly error?: unknown }>(fields: Fields): Fields {
  // Not enumerable, so that the value has no other fields than its own.
  const toJSON = { value: () => ({ ...fields, error: savedError(fields.error) }) };
  return Object.freeze(Object.defineProperty({ ...fields }, 'toJSON', toJSON));
}
