import { isLlmError } from '../../errors/llm-error.js';
import { isError, isMatcher, tagOf } from './show-value.js';

/** The first place where two values differ. */
export interface Difference {
  /** A path such as `choices[0].delta`; empty for the values themselves. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compares two values deeply, and returns the first difference, or `undefined`.
 *
 * A field that is `undefined` equals a missing one, and classes are ignored, except those of errors. Errors are equal if
 * their name, message and, for errors of this package, `kind` are. If an error is compared with a plain object, only the
 * fields of that object count. Values with a method `asymmetricMatch`, such as `expect.any(String)`, decide for themselves.
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
  if (isObjectOrList(expected) && isMatcher(expected)) {
    return expected.asymmetricMatch(actual) ? undefined : difference;
  }
  if (Object.is(actual, expected)) {
    return undefined;
  }
  if (!isObjectOrList(actual) || !isObjectOrList(expected)) {
    return difference;
  }
  // Values may contain themselves: a pair seen before is equal, or is being compared.
  const partners = compared.get(actual) ?? new Set();
  if (partners.has(expected)) {
    return undefined;
  }
  compared.set(actual, partners.add(expected));
  const keys = isError(actual) ? comparedErrorFields(actual, expected) : undefined;
  if (keys !== undefined || isError(expected)) {
    return keys === undefined ? difference : firstOf(keys, actual, expected, path, compared);
  }
  if (tagOf(actual) !== tagOf(expected) || !Object.is(primitiveOf(actual), primitiveOf(expected))) {
    return difference;
  }
  const [actualFields, expectedFields] = [toFields(actual), toFields(expected)];
  const allKeys = new Set([...Object.keys(expectedFields), ...Object.keys(actualFields)]);
  return firstOf([...allKeys], actualFields, expectedFields, path, compared);
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

/** The fields to compare of an error; `undefined` if neither an error nor a plain object is expected. */
function comparedErrorFields(actual: Fields, expected: Fields): readonly string[] | undefined {
  if (isError(expected)) {
    return ['name', 'message', ...(isLlmError(actual) || isLlmError(expected) ? ['kind'] : [])];
  }
  return tagOf(expected) === 'Object' ? Object.keys(expected) : undefined;
}

/** Reads an own field, or of errors an inherited one, such as `name`; never a method of `Object.prototype`. */
function own(value: Fields, key: string): unknown {
  return Object.hasOwn(value, key) || isError(value) ? value[key] : undefined;
}

/** The items of lists, maps, sets, headers and bytes; the fields of anything else. */
function toFields(value: object): Fields {
  if (!(Symbol.iterator in value)) {
    return value as Fields;
  }
  const items = [...(value as Iterable<unknown>)];
  return { ...Object.fromEntries(items.entries()), length: items.length };
}

/** The value of a date or a regular expression. */
function primitiveOf(value: object): unknown {
  const tag = tagOf(value);
  return tag === 'Date' ? (value as Date).getTime() : tag === 'RegExp' ? (value as RegExp).toString() : undefined;
}

function isObjectOrList(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
