import type { Cassette } from '../cassette.js';
import { cassetteSchema } from './cassette-schema.js';

/**
 * Gives a value back as a cassette.
 *
 * @param name What to call it in an error: its file, if it has one.
 * @throws {TypeError} Naming the field that does not fit, and what it must be.
 */
export function checkCassette(value: unknown, name: string): Cassette {
  const { success, data, error } = cassetteSchema.safeParse(value);
  if (success) {
    return data;
  }
  const [issue] = error.issues;
  const field = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./u, '');
  throw new TypeError(`${name} is no cassette: ${field || 'it'} ${issue?.message ?? 'does not fit'}`);
}
