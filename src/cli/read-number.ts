import { UsageError } from './usage-error.js';

/** Which numbers an option takes. */
export interface NumberRule {
  /** Completes the sentence "--name must be …". */
  readonly expected: string;
  readonly isValid: (value: number) => boolean;
}

/**
 * Reads the number that is the value of an option, written in decimal digits, with an exponent if need be, such as 1e3; `undefined` where the option was not given.
 *
 * @throws {UsageError} Naming the option and what it takes.
 */
export function readNumber(
  name: string,
  value: string | undefined,
  { expected, isValid }: NumberRule,
): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(value.trim()) ? Number(value) : NaN;
  if (!Number.isFinite(number) || !isValid(number)) {
    throw new UsageError(`--${name} must be ${expected}`);
  }
  return number;
}
