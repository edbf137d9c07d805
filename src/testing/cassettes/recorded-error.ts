import { ConnectionError } from '../../errors/connection-error.js';
import { DeadlineError } from '../../errors/deadline-error.js';
import { LimitError } from '../../errors/limit-error.js';
import { isLlmError } from '../../errors/llm-error.js';
import { OutputError } from '../../errors/output-error.js';
import { ProtocolError } from '../../errors/protocol-error.js';
import { StreamError } from '../../errors/stream-error.js';
import type { CassetteFailure } from './cassette.js';

const classes: ReadonlyMap<string, { readonly prototype: Error }> = new Map<string, { readonly prototype: Error }>([
  ['ConnectionError', ConnectionError],
  ['DeadlineError', DeadlineError],
  ['LimitError', LimitError],
  ['OutputError', OutputError],
  ['ProtocolError', ProtocolError],
  ['StreamError', StreamError],
]);

const fields: ReadonlySet<string> = new Set([
  'kind',
  'retryable',
  'retryAfter',
  'requestId',
  'code',
  'type',
  'deadline',
  'limit',
  'maximum',
]);

/**
 * Converts an error to its recorded form. Its `cause` is left out, because it may contain anything.
 *
 * @param remove Removes secrets from a string.
 */
export function toRecordedError(error: unknown, remove: (text: string) => string): CassetteFailure {
  const { name, message } =
    error instanceof Error || isLlmError(error) ? error : new Error('The thrown value is not an Error');
  const known: readonly [string, unknown][] = isLlmError(error) ? Object.entries(error) : [];
  const kept = known.filter(([field, value]) => fields.has(field) && value !== undefined);
  return {
    name,
    message: remove(message),
    ...Object.fromEntries(kept.map(([field, value]) => [field, typeof value === 'string' ? remove(value) : value])),
  };
}

/** Creates an error of the recorded class, or an `Error` of that name if the class is not of this package. */
export function fromRecordedError({ name, message, ...known }: CassetteFailure): Error {
  const error = new Error(message);
  const { prototype } = classes.get(name) ?? Error;
  const kept = Object.entries(known).filter(([field]) => fields.has(field));
  // The constructors would write their own messages.
  return Object.assign(Object.setPrototypeOf(error, prototype) as Error, { name, ...Object.fromEntries(kept) });
}
