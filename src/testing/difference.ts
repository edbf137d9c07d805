import { isLlmError } from '../errors/llm-error.js';

/** The first place where two values differ. */
export interface Difference {
  /** Where, such as `choices[0].delta`; empty for the values themselves. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compares two values by what they hold, and gives the first difference; `undefined` when there is none.
 *
 * A field that is `undefined` counts as absent, and classes are not compared, except those of errors. Errors are equal when
 * name, message and, for errors of this package, kind are; an expected plain object is compared with the fields of an error
 * that it names. What has a method `asymmetricMatch`, such as `expect.any(String)`, is asked.
 */
export function findDifference(actual: unknown, expected: unknown): Difference | undefined {
  return compare(actual, expected, '', new Map());
}

function compare(
  actual: unknown,
  expected: unknown,
  path: string,
  compared: Map<unknown, Set<unknown>>,
): Difference | undefined {
  const difference = { path, expected, actual };
  if (isMatcher(expected)) {
    return expected.asymmetricMatch(actual) ? undefined : difference;
  }
  if (Object.is(actual, expected)) {
    return undefined;
  }
  if (!isObject(actual) || !isObject(expected)) {
    return difference;
  }
  // A pair met again was the same, or is being compared: values may hold themselves.
  const partners = compared.get(actual) ?? new Set();
  if (partners.has(expected)) {
    return undefined;
  }
  compared.set(actual, partners.add(expected));
  const named = isError(actual) ? errorFields(actual, expected) : undefined;
  if (named !== undefined || isError(expected)) {
    return named === undefined ? difference : firstOf(named.keys, actual, expected, path, compared);
  }
  if (tagOf(actual) !== tagOf(expected) || !Object.is(primitiveOf(actual), primitiveOf(expected))) {
    return difference;
  }
  const [held, wanted] = [contentOf(actual), contentOf(expected)];
  return firstOf([...new Set([...Object.keys(wanted), ...Object.keys(held)])], held, wanted, path, compared);
}

function firstOf(
  keys: readonly string[],
  actual: Fields,
  expected: Fields,
  path: string,
  compared: Map<unknown, Set<unknown>>,
): Difference | undefined {
  for (const key of keys) {
    const place = /^\d+$/u.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const difference = compare(own(actual, key), own(expected, key), place, compared);
    if (difference !== undefined) {
      return difference;
    }
  }
  return undefined;
}

/** Which fields decide whether an error is the expected one; `undefined` where something else than an error is expected. */
function errorFields(actual: Fields, expected: Fields): { readonly keys: readonly string[] } | undefined {
  if (isError(expected)) {
    return { keys: ['name', 'message', ...(isLlmError(actual) || isLlmError(expected) ? ['kind'] : [])] };
  }
  return tagOf(expected) === 'Object' ? { keys: Object.keys(expected) } : undefined;
}

/** A field of its own, or one that a class gives, such as an error's name; never one that every object has. */
function own(value: Fields, key: string): unknown {
  return Object.hasOwn(value, key) || isError(value) ? value[key] : undefined;
}

/** Lists, maps, sets, headers and bytes by what they give; anything else by its fields. */
function contentOf(value: object): Fields {
  if (!(Symbol.iterator in value)) {
    return value as Fields;
  }
  const items = [...(value as Iterable<unknown>)];
  return { ...Object.fromEntries(items.entries()), length: items.length };
}

/** What dates and patterns hold. */
function primitiveOf(value: object): unknown {
  const tag = tagOf(value);
  return tag === 'Date' ? (value as Date).getTime() : tag === 'RegExp' ? (value as RegExp).toString() : undefined;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Read without `instanceof`, which is false for the errors of another realm, such as Node's inside a test runner. */
function isError(value: object): boolean {
  return tagOf(value) === 'Error' || value instanceof Error;
}

/** What jest, vitest and jasmine put into an expected value. */
function isMatcher(value: unknown): value is { readonly asymmetricMatch: (actual: unknown) => boolean } {
  return isObject(value) && typeof value['asymmetricMatch'] === 'function';
}
