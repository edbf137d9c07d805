import { from, type Observable, type ObservableInput, type SchedulerLike } from 'rxjs';
import { isObject } from './is-object.js';
import { checkCalled } from './misuse.js';

/** The longest delay a JavaScript timer can hold, in milliseconds; a longer one fires at once. */
export const maxTimer = 0x7fffffff;

/**
 * Throws if an argument is invalid.
 *
 * @param name The parameter or field, as the caller writes it.
 * @param allowed What it must be; follows the words "must be".
 * @throws TypeError naming the field, what is allowed and what was passed.
 */
export function check(valid: boolean, name: string, allowed: string, value: unknown): void {
  if (!valid) {
    throw mistake(name, allowed, value);
  }
}

/** Checks a duration in milliseconds and returns it, capped at {@link maxTimer}. */
export function checkDuration(name: string, value: number): number {
  check(Number.isFinite(value) && value >= 0, name, 'a finite number of milliseconds, 0 or more', value);
  return Math.min(value, maxTimer);
}

/** Checks a count; `Infinity` is allowed. */
export function checkCount(name: string, value: number, min: number): void {
  const whole = Number.isInteger(value) || value === Infinity;
  check(whole && value >= min, name, `a whole number, ${min} or more, or Infinity`, value);
}

/** Checks the index of a choice. Does not use {@link check}, to keep bundles of a single operator small. */
export function checkChoice(operator: string, choice: number): void {
  checkCalled(operator, choice);
  if (!Number.isInteger(choice) || choice < 0) {
    throw new TypeError('choice must be a whole number, 0 or more');
  }
}

/** Checks a callback. */
export function checkFunction(name: string, value: unknown): void {
  check(typeof value === 'function', name, 'a function', value);
}

/** Whether a value has what an rxjs scheduler needs to read the clock and to wait. */
export function isScheduler(value: unknown): boolean {
  const { now, schedule } = (value ?? {}) as Partial<SchedulerLike>;
  return typeof now === 'function' && typeof schedule === 'function';
}

/** Checks that a value is an rxjs scheduler. */
export function checkScheduler(value: unknown): void {
  check(isScheduler(value), 'scheduler', 'an rxjs scheduler', value);
}

/** Checks a list of sources and converts them to Observables. */
export function checkSources<T>(sources: readonly ObservableInput<T>[]): readonly Observable<T>[] {
  check(Array.isArray(sources), 'sources', 'a list of Observables', sources);
  check(sources.length > 0, 'The number of sources', '1 or more', sources.length);
  return sources.map((source, place) => checkSource(`sources[${place}]`, source));
}

/** Checks a source and converts it to an Observable. */
export function checkSource<T>(name: string, source: ObservableInput<T>): Observable<T> {
  try {
    return from(source);
  } catch {
    throw mistake(name, 'an Observable, or something rxjs can convert to one', source);
  }
}

/**
 * Checks that a configuration is an object, since the fields of a number are simply undefined.
 *
 * @param known The fields it may have; left out if its reader checks them.
 */
export function checkConfig<T extends object>(name: string, value: T, known?: readonly (keyof T & string)[]): void {
  check(isObject(value), `The configuration of ${name}`, 'an object', value);
  if (known !== undefined) {
    checkFields(value, known, `the configuration of ${name}`);
  }
}

/**
 * Throws if a configuration has an unknown field, since a misspelled one would silently do nothing.
 *
 * @param where What the fields belong to; follows the word "in".
 * @param hints What to use instead of names that people know from elsewhere.
 * @throws TypeError naming the field, and what to use instead or all known fields.
 */
export function checkFields(
  config: object,
  known: readonly string[],
  where: string,
  hints?: ReadonlyMap<string, string>,
): void {
  const unknown = Object.keys(config).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const spelled = known.find((key) => key.toLowerCase() === unknown.toLowerCase());
    const hint = hints?.get(unknown) ?? (spelled === undefined ? `known: ${known.join(', ')}` : `use ${spelled}`);
    throw new TypeError(`Unknown field "${unknown}" in ${where}; ${hint}`);
  }
}

function mistake(name: string, allowed: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${allowed}${notThat(value, allowed)}`);
}

/**
 * Shows numbers, booleans, and short words where a word is allowed; otherwise only the type, since the value may be
 * private.
 */
function notThat(value: unknown, allowed: string): string {
  if (typeof value === 'string' && /^'\w/u.test(allowed)) {
    return /^[a-z-]{1,20}$/iu.test(value) ? `, not '${value}'` : '';
  }
  const shown = value === null || ['number', 'boolean', 'undefined'].includes(typeof value);
  return `, not ${shown ? String(value) : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`}`;
}
