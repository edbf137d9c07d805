/** Freezes a JSON value with everything in it, and returns it. Skips what is frozen already or is not JSON, such as bytes. */
export function freezeDeep<T>(value: T): T {
  // Not recursive, since the server decides how deeply its JSON is nested.
  const waiting: object[] = [];
  const visit = (next: unknown): void => {
    if (isPlain(next) && !Object.isFrozen(next)) {
      waiting.push(next);
    }
  };
  visit(value);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    Object.values(Object.freeze(next)).forEach(visit);
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
