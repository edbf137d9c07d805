/**
 * Freezes a value that a server sent, with all it holds, and gives it back. What is frozen already is left alone, and so
 * is what JSON cannot hold, such as bytes.
 */
export function freezeDeep<T>(value: T): T {
  // By hand instead of recursively: a server decides how deep its JSON is.
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (isPlain(next) && !Object.isFrozen(next)) {
      Object.values(Object.freeze(next)).forEach((item) => waiting.push(item));
    }
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
