import { LimitError } from '../errors/limit-error.js';
import { ProtocolError } from '../errors/protocol-error.js';

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
