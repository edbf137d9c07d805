import { isObject } from '../util/is-object.js';
import { numberIn } from './loose-values.js';

/**
 * Reads a value in place: returns it, or the value to use instead of one with another type than documented, or `undefined` to
 * leave its field out. Throws {@link Misfit} for a value that cannot be read.
 */
export type Read = (value: unknown) => unknown;

/** Thrown for a value that cannot be read. The path grows as it leaves lists and objects. */
export class Misfit extends Error {
  path = '';

  /** Adds a key in front of the path. */
  in(key: string | number): this {
    this.path = this.path === '' ? String(key) : `${key}.${this.path}`;
    return this;
  }
}

/** Refuses every value. */
export const misfit: Read = () => {
  throw new Misfit();
};

/** Leaves the field out, whatever its value. */
export const absent: Read = () => undefined;

/** A word that is only told about an answer. */
export const word: Read = (value) => (typeof value === 'string' ? value : undefined);

/** A number, or a number as text. */
export const count: Read = numberIn;

/** Creates the reader of an object by its known fields; others stay as they are. Null counts as missing everywhere. */
export function object(fields: Readonly<Record<string, Read>>, otherwise: Read): Read {
  // Keys of the server never reach a prototype.
  const readers = new Map(Object.entries(fields)).set('__proto__', absent);
  return (value) => {
    if (!isObject(value)) {
      return otherwise(value);
    }
    let field = '';
    try {
      for (const key in value) {
        const read = readers.get(key);
        const given = value[key];
        if (read === undefined || ((given === null || given === undefined) && read !== absent)) {
          continue;
        }
        field = key;
        const taken = read(given);
        if (taken === undefined) {
          Reflect.deleteProperty(value, key);
        } else if (taken !== given) {
          value[key] = taken;
        }
      }
    } catch (error) {
      throw error instanceof Misfit ? error.in(field) : error;
    }
    return value;
  };
}

/** Creates the reader of a list whose items must all be readable. */
export function list(read: Read, otherwise: Read): Read {
  return (value) => {
    if (!Array.isArray(value)) {
      return otherwise(value);
    }
    const items = value as unknown[];
    for (let index = 0; index < items.length; index += 1) {
      try {
        items[index] = read(items[index]);
      } catch (error) {
        throw error instanceof Misfit ? error.in(index) : error;
      }
    }
    return items;
  };
}
