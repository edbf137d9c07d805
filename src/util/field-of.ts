import { isObject } from './is-object.js';

/** Returns the value at a path of own fields, or `undefined`. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((part, key) => (isObject(part) && Object.hasOwn(part, key) ? part[key] : undefined), value);
}
