import { LimitError } from '../errors/limit-error.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { isObject } from '../util/is-object.js';

/**
 * Checks the number a server gives to a choice or tool call, and returns it.
 *
 * @throws {ProtocolError} When it is not a non-negative integer.
 * @throws {LimitError} When it is `maximum` or more.
 */
export function checkIndex(index: unknown, limit: 'choices' | 'toolCalls', maximum: number): number {
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) {
    throw new ProtocolError(`The server numbered its ${limit} with something other than 0, 1, 2, …`);
  }
  if (index >= maximum) {
    throw new LimitError(limit, maximum);
  }
  // A server may write -0, which must become 0.
  return Math.abs(index);
}

/** Checks the indices of the tool calls in a raw delta, skipping calls without one. */
export function checkToolCalls(delta: unknown, maximum: number): void {
  const calls: unknown = isObject(delta) ? delta['tool_calls'] : undefined;
  for (const call of Array.isArray(calls) ? (calls as unknown[]) : []) {
    const index: unknown = isObject(call) ? call['index'] : undefined;
    if (index !== undefined && index !== null && index !== false) {
      checkIndex(index, 'toolCalls', maximum);
    }
  }
}
