import { mark } from '../../secrets/redactor.js';

/**
 * The name of the first place in which a value is not what was recorded, `undefined` when there is none. The order of
 * fields does not matter, and what was removed from a recorded text matches anything.
 *
 * @param name What the whole value is called.
 */
export function differenceOf(recorded: unknown, actual: unknown, name: string): string | undefined {
  if (typeof recorded === 'string' && typeof actual === 'string') {
    return matches(recorded, actual) ? undefined : name;
  }
  if (!isObject(recorded) || !isObject(actual) || Array.isArray(recorded) !== Array.isArray(actual)) {
    return recorded === actual ? undefined : name;
  }
  const keys = new Set([...Object.keys(recorded), ...Object.keys(actual)]);
  for (const key of keys) {
    const place = placeOf(key, name, Array.isArray(recorded));
    const difference =
      Object.hasOwn(recorded, key) && Object.hasOwn(actual, key)
        ? differenceOf(recorded[key], actual[key], place)
        : place;
    if (difference !== undefined) {
      return difference;
    }
  }
  return undefined;
}

/** A key that is no plain name may be anything, a prompt for one. */
function placeOf(key: string, name: string, isIndex: boolean): string {
  if (isIndex) {
    return `${name}[${key}]`;
  }
  return /^\w{1,40}$/u.test(key) ? `${name}.${key}` : `${name}[…]`;
}

function matches(recorded: string, actual: string): boolean {
  const parts = recorded.split(mark);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1 || recorded === actual) {
    return recorded === actual;
  }
  if (!actual.startsWith(first) || !actual.endsWith(last) || actual.length < first.length + last.length) {
    return false;
  }
  let rest = actual.slice(first.length, actual.length - last.length);
  return parts.slice(1, -1).every((part) => {
    const found = rest.indexOf(part);
    rest = rest.slice(found + part.length);
    return found >= 0;
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
