import { EMPTY, from, type Observable, type ObservableInput, type SchedulerLike } from 'rxjs';

/**
 * Refuses a field that nobody reads, since a misspelt one would silently do nothing.
 *
 * @param where What the fields belong to, to follow the word "in".
 * @param hints What to use where people look for another name.
 * @throws TypeError naming the field, and the one that was meant or all that are known.
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

/** The longest wait a JavaScript timer can hold, in milliseconds; a longer one would fire at once. */
export const maxTimer = 0x7fffffff;

/**
 * Refuses a programmer's mistake at the call.
 *
 * @param name The parameter or field, as its user writes it.
 * @param allowed What it must be, to follow the words "must be".
 * @throws TypeError naming the field, what is allowed and what came.
 */
export function check(valid: boolean, name: string, allowed: string, value: unknown): void {
  if (!valid) {
    throw new TypeError(`${name} must be ${allowed}${notThat(value, allowed)}`);
  }
}

/** Checks a time to wait in milliseconds, and gives it back cut to {@link maxTimer}. */
export function checkDuration(name: string, value: number): number {
  check(Number.isFinite(value) && value >= 0, name, 'a finite number of milliseconds, 0 or more', value);
  return Math.min(value, maxTimer);
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

/**
 * Checks that a configuration is an object, since a bare number would otherwise pass for one without fields.
 *
 * @param known The fields it may have; left out where whoever reads them checks.
 */
export function checkConfig<T extends object>(name: string, value: T, known?: readonly (keyof T & string)[]): void {
  check(typeof value === 'object' && (value as unknown) !== null, `The configuration of ${name}`, 'an object', value);
  if (known !== undefined) {
    checkFields(value, known, `the configuration of ${name}`);
  }
}

/** Checks what tells the time and waits. */
export function checkScheduler(value: unknown): void {
  const { now, schedule } = (value ?? {}) as Partial<SchedulerLike>;
  const valid = typeof now === 'function' && typeof schedule === 'function';
  check(valid, 'scheduler', 'an rxjs scheduler', value);
}

/** Checks a callback. */
export function checkFunction(name: string, value: unknown): void {
  check(typeof value === 'function', name, 'a function', value);
}

/**
 * Numbers are shown as they are, and so is a short word where another word is allowed; of anything else only the type,
 * since it may hold what nobody should read.
 */
function notThat(value: unknown, allowed: string): string {
  if (typeof value === 'string' && /^'\w/u.test(allowed)) {
    return /^[a-z-]{1,20}$/iu.test(value) ? `, not '${value}'` : '';
  }
  return `, not ${typeof value === 'number' || value === null ? String(value) : typeof value}`;
}

/**
 * Checks a list of sources, and gives them as Observables.
 *
 * @throws TypeError when it is no list, is empty, or holds something that is no Observable and cannot become one.
 */
export function checkSources<T>(sources: readonly ObservableInput<T>[]): readonly Observable<T>[] {
  check(Array.isArray(sources), 'sources', 'a list of Observables', sources);
  check(sources.length > 0, 'The number of sources', '1 or more', sources.length);
  return sources.map((source, place) => checkSource(`sources[${place}]`, source));
}

/**
 * Gives a source as an Observable.
 *
 * @throws TypeError when it is none, and rxjs can make none of it.
 */
export function checkSource<T>(name: string, source: ObservableInput<T>): Observable<T> {
  try {
    return from(source);
  } catch {
    check(false, name, 'an Observable, or what rxjs can make one of', source);
    return EMPTY;
  }
}
