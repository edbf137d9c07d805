import { Failure } from './failure.js';

/** Nobody reads the output any more, as after `| head -1`: nothing is left to do, and nothing went wrong. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** The error for output that could not be written: {@link OutputClosed}, or a {@link Failure}, such as for a full disk. */
export function toOutputError(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' ? new OutputClosed() : new Failure(`Standard output cannot be written: ${message}.`);
}
