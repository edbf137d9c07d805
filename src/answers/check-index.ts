import { LimitError } from '../errors/limit-error.js';
import { ProtocolError } from '../errors/protocol-error.js';

/**
 * Checks the number a server gives to a choice, tool call or item, and returns it.
 *
 * @throws {ProtocolError} When it is not a non-negative integer.
 * @throws {LimitError} When it is `maximum` or more.
 */
export function checkIndex(index: unknown, of: 'choices' | 'toolCalls' | 'output', maximum = Infinity): number {
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) {
    throw new ProtocolError(`The server numbered its ${of} with something other than 0, 1, 2, …`);
  }
  if (index >= maximum) {
    throw new LimitError(of, maximum);
  }
  // A server may write -0, which must become 0.
  return Math.abs(index);
}
