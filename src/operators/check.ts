/** The longest wait a JavaScript timer can hold, in milliseconds; a longer one would fire at once. */
export const longestTimer = 2 ** 31 - 1;

/**
 * Refuses a programmer's mistake at the call.
 *
 * @param name The parameter or field, as its user writes it.
 * @param allowed What it must be, to follow the words "must be".
 * @throws TypeError naming the field, what is allowed and what came.
 */
export function check(valid: boolean, name: string, allowed: string, value: unknown): void {
  if (!valid) {
    throw new TypeError(`${name} must be ${allowed}, not ${shown(value)}`);
  }
}

/** Checks a time to wait in milliseconds, and gives it back cut to {@link longestTimer}. */
export function checkDuration(name: string, value: number): number {
  check(Number.isFinite(value) && value >= 0, name, 'a finite number of milliseconds, 0 or more', value);
  return Math.min(value, longestTimer);
}

/** Checks a number of things; `Infinity` is allowed. */
export function checkCount(name: string, value: number, least: number): void {
  const whole = Number.isInteger(value) || value === Infinity;
  check(whole && value >= least, name, `a whole number, ${least} or more, or Infinity`, value);
}

/** Checks which of `n` answers is meant. By itself, since it is all that the smallest operators need of this file. */
export function checkChoice(choice: number): void {
  if (!Number.isInteger(choice) || choice < 0) {
    throw new TypeError('choice must be a whole number, 0 or more');
  }
}

/** Checks that a configuration is an object, since a bare number would otherwise pass for one without fields. */
export function checkConfig(name: string, value: unknown): void {
  check(typeof value === 'object' && value !== null, `The configuration of ${name}`, 'an object', value);
}

/** Checks a callback. */
export function checkFunction(name: string, value: unknown): void {
  check(typeof value === 'function', name, 'a function', value);
}

/** Numbers are shown as they are; of anything else only the type, since it may hold what nobody should read. */
function shown(value: unknown): string {
  return typeof value === 'number' || value === null ? String(value) : typeof value;
}
