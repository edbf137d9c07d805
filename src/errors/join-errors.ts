import { copyError } from './copy-error.js';

/**
 * What to raise when all of several sources failed: the last error, since it ended the last hope, as a copy that has
 * them all as `errors`. The only error of one source stays as it is, and so does a last one that is not of this
 * package.
 */
export function joinErrors(errors: readonly unknown[]): unknown {
  const last = errors.at(-1);
  return errors.length > 1 ? copyError(last, { errors: [...errors] }) : last;
}
