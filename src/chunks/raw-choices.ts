import { isObject } from '../util/is-object.js';

/** A parsed object that no schema has seen. */
export type RawObject = Record<string, unknown>;

/**
 * The choices of a raw chunk, put there where a server leaves them out or sends null. What is no object is left for the
 * schema to refuse.
 */
export function choicesOf(raw: RawObject): readonly RawObject[] {
  raw['choices'] ??= [];
  return Array.isArray(raw['choices']) ? (raw['choices'] as unknown[]).filter(isObject) : [];
}
