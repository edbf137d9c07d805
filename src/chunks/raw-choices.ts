import { LimitError } from '../errors/limit-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
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

/**
 * Checks a number by which a server keeps choices or tool calls apart.
 *
 * @throws {ProtocolError} When it is no non-negative integer.
 * @throws {LimitError} When it lies beyond the limit: with a limit of 128, the last index is 127.
 */
export function checkIndex(index: unknown, limit: 'choices' | 'toolCalls', maximum: number): number {
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) {
    throw new ProtocolError(`The server numbered its ${limit} with something else than 0, 1, 2, …`);
  }
  if (index >= maximum) {
    throw new LimitError(limit, maximum);
  }
  // A server may write -0, which is no other number to it.
  return Math.abs(index);
}

/** Checks how a raw delta numbers its tool calls; those without a number are left alone. */
export function checkToolCalls(delta: unknown, maximum: number): void {
  const calls: unknown = isObject(delta) ? delta['tool_calls'] : undefined;
  for (const call of Array.isArray(calls) ? (calls as unknown[]) : []) {
    const index: unknown = isObject(call) ? call['index'] : undefined;
    if (index !== undefined && index !== null) {
      checkIndex(index, 'toolCalls', maximum);
    }
  }
}
