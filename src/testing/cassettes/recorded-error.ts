import { ConnectionError } from '../../errors/connection-error.js';
import { DeadlineError } from '../../errors/deadline-error.js';
import { LimitError } from '../../errors/limit-error.js';
import { isLlmError } from '../../errors/llm-error.js';
import { OutputError } from '../../errors/output-error.js';
import { ProtocolError } from '../../errors/protocol-error.js';
import { StreamError } from '../../errors/stream-error.js';
import type { CassetteFailure } from '../cassette.js';

const classes: ReadonlyMap<string, { readonly prototype: Error }> = new Map<string, { readonly prototype: Error }>([
  ['ConnectionError', ConnectionError],
  ['DeadlineError', DeadlineError],
  ['LimitError', LimitError],
  ['OutputError', OutputError],
  ['ProtocolError', ProtocolError],
  ['StreamError', StreamError],
]);

const fields = [
  'kind',
  'retryable',
  'retryAfter',
  'requestId',
  'code',
  'type',
  'deadline',
  'limit',
  'maximum',
] as const;

/**
 * The fields of an error that are recorded: not its cause, which may hold anything.
 *
 * @param remove Takes secrets out of a text.
 */
export function toRecordedError(error: unknown, remove: (text: string) => string): CassetteFailure {
  const { name, message } = error instanceof Error || isLlmError(error) ? error : new Error('No Error was thrown');
  const kept = isLlmError(error)
    ? fields.map((field) => [field, (error as unknown as Readonly<Record<string, unknown>>)[field]] as const)
    : [];
  return {
    name,
    message: remove(message),
    ...Object.fromEntries(
      kept.flatMap(([field, value]) =>
        value === undefined ? [] : [[field, typeof value === 'string' ? remove(value) : value]],
      ),
    ),
  };
}

/** An error of the class that was recorded; where that is none of this package, an `Error` of its name. */
export function fromRecordedError({ name, message, ...known }: CassetteFailure): Error {
  const error = new Error(message);
  const { prototype } = classes.get(name) ?? Error;
  // The constructors would write messages of their own.
  return Object.assign(Object.setPrototypeOf(error, prototype) as Error, { name, ...known });
}
