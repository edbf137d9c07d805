/* Reads what was thrown without calling any getter or method of it. */

/** A field of an object or its prototypes; `undefined` for a getter that is not the platform's. */
export function dataIn(object: object, key: PropertyKey): unknown {
  for (let owner: object | null = object; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) {
      return hasForeignGetter(owner, key) ? undefined : (descriptor.get?.call(object) ?? descriptor.value);
    }
  }
  return undefined;
}

/**
 * Whether reading a field would call a getter, except those of `DOMException` and, from Node 22 on, of `stack`. That one is
 * not compared with the getter of an error made here: errors of Node itself are of another realm in a jest test.
 */
export function hasForeignGetter(owner: object, key: PropertyKey): boolean {
  const get = Reflect.getOwnPropertyDescriptor(owner, key)?.get;
  return (
    get !== undefined &&
    owner !== (globalThis as Partial<typeof globalThis>).DOMException?.prototype &&
    !(key === 'stack' && /\{\s*\[native code\]\s*\}$/u.test(Function.prototype.toString.call(get)))
  );
}

/** Whether a value may have fields. */
export function isReference(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
