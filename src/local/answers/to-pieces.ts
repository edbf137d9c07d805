import { defer, mergeMap, type OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { chatDelta } from '../../schemas/chat-completion-chunk.js';
import type { LocalDelta } from '../local-model.js';
import type { GenerationPiece } from './generate.js';
import { splitToolCalls } from './split-tool-calls.js';

/**
 * Makes pieces of what a model emits: text as it is, and a delta with its tool calls in pieces of their own. Anything else
 * is a `TypeError`.
 */
export function toPieces(): OperatorFunction<unknown, GenerationPiece> {
  return (source) =>
    defer(() => {
      const split = splitToolCalls();
      return source.pipe(
        mergeMap((value): readonly GenerationPiece[] => {
          if (typeof value === 'string') {
            return [{ type: 'piece', text: value }];
          }
          const { tool_calls, ...rest } = requireDelta(value);
          const calls = (tool_calls ?? []).flatMap((call) => split(call));
          return [
            ...toPiece(rest),
            ...calls.map((call) => ({ type: 'delta' as const, delta: { tool_calls: [call] } })),
          ];
        }),
      );
    });
}

function toPiece(delta: LocalDelta): readonly GenerationPiece[] {
  const fields = Object.keys(delta);
  if (fields.length === 0) {
    return [];
  }
  return fields.length === 1 && typeof delta.content === 'string'
    ? [{ type: 'piece', text: delta.content }]
    : [{ type: 'delta', delta }];
}

function requireDelta(value: unknown): LocalDelta {
  const result = z.safeParse(chatDelta, value);
  if (!result.success) {
    throw new TypeError('a model must emit strings or chat deltas');
  }
  return result.data;
}
