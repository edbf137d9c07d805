import { ProtocolError } from '../errors/protocol-error.js';
import { isObject } from '../util/is-object.js';

/** Returns a number, or the one that a text holds; `undefined` for anything else. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

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

/** Text of the answer: a number is its JSON text. */
export function textOr(other: Read): Read {
  return (value) =>
    typeof value === 'string'
      ? value
      : typeof value === 'number'
        ? String(value)
        : value === false
          ? undefined
          : other(value);
}

/** Text of the answer of any other type is a misfit. */
export const text: Read = textOr(misfit);

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

const token = object({ token: word, logprob: count }, absent);

/** Log probabilities; those without a token or number are left out. */
export const logprobs: Read = (value) =>
  Array.isArray(value)
    ? (value as unknown[])
        .map(token)
        .filter((item) => isObject(item) && typeof item['token'] === 'string' && typeof item['logprob'] === 'number')
    : undefined;

/** Checks and mends a document in place. Throws a `ProtocolError` that names the field, not its value. */
export function readOrThrow(name: 'chunk' | 'event', read: Read, document: unknown): unknown {
  try {
    return read(document);
  } catch (error) {
    if (!(error instanceof Misfit)) {
      throw error;
    }
    throw new ProtocolError(`The server sent an invalid ${name}${error.path === '' ? '' : ` (at ${error.path})`}`, {
      kind: 'parse',
    });
  }
}
