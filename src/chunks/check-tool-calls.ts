import { checkIndex } from './check-index.js';
import { isObject } from '../util/is-object.js';

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
