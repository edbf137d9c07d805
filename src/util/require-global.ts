/**
 * Returns a global of the runtime, so that a missing one is named: jest's jsdom and older versions of React Native have no
 * `TextDecoder`.
 *
 * @throws {TypeError} If the runtime has no such global.
 */
export function requireGlobal<Name extends 'fetch' | 'TextDecoder' | 'URL'>(name: Name): (typeof globalThis)[Name] {
  const value = (globalThis as Partial<typeof globalThis>)[name];
  if (value === undefined) {
    throw new TypeError(`This runtime has no ${name}; add one to globalThis before the first request`);
  }
  return value;
}
