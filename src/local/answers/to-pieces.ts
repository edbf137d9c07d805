import { defer, mergeMap, type OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import type { ChatDelta, FunctionDelta, ToolCallDelta } from '../../schemas/chat-completion-chunk.js';
import { createId } from '../create-id.js';
import { chatDelta } from './chat-delta.js';
import type { LocalDelta } from '../local-model.js';
import { tokenize } from '../tokenize.js';
import type { GenerationEvent, GenerationPiece } from './generation.js';

/**
 * Converts what a model emits to pieces: text stays as it is, and the tool calls of a delta become pieces of their own. The
 * finish reason of a delta follows them. Errors with a `TypeError` for any other value.
 */
export function toPieces(): OperatorFunction<unknown, GenerationEvent> {
  return (source) =>
    defer(() => {
      const split = createToolCallSplitter();
      return source.pipe(
        mergeMap((value): readonly GenerationEvent[] => {
          if (typeof value === 'string') {
            return [{ type: 'piece', text: value }];
          }
          const { tool_calls, finish_reason: reason, ...rest } = requireDelta(value);
          const calls = (tool_calls ?? []).flatMap((call) => split(call));
          return [
            ...toPiece(rest),
            ...calls.map((call) => ({ type: 'delta' as const, delta: { tool_calls: [call] } })),
            ...(typeof reason === 'string' ? [{ type: 'finish' as const, reason }] : []),
          ];
        }),
      );
    });
}

function requireDelta(value: unknown): LocalDelta {
  const result = z.safeParse(chatDelta, value);
  if (!result.success) {
    throw new TypeError('a model must emit strings or chat deltas');
  }
  return result.data;
}

function toPiece(delta: ChatDelta): readonly GenerationPiece[] {
  const fields = Object.keys(delta);
  if (fields.length === 0) {
    return [];
  }
  return fields.length === 1 && typeof delta.content === 'string'
    ? [{ type: 'piece', text: delta.content }]
    : [{ type: 'delta', delta }];
}

/**
 * Returns a function that splits the tool calls of one answer. A new call becomes a delta with its index, id, type and
 * name and with empty arguments, followed by its arguments in pieces; a delta that continues a call stays whole. Calls
 * are matched by index or id. A delta without either starts a new call if it has a name, else continues the last one.
 */
function createToolCallSplitter(): (call: ToolCallDelta) => readonly ToolCallDelta[] {
  const begun = new Map<number, string>();
  let last = 0;
  const indexOf = ({ index, id, function: called, custom }: ToolCallDelta): number => {
    const known = [...begun].find(([, other]) => other === id)?.[0];
    const names = id ?? called?.name ?? custom?.name;
    return index ?? known ?? (names === undefined && begun.size > 0 ? last : begun.size);
  };
  return (call) => {
    const { function: called, custom } = call;
    const index = (last = indexOf(call));
    if (begun.has(index)) {
      return [{ ...call, index, ...(called && { function: { ...called, arguments: argumentsOf(called) } }) }];
    }
    const id = call.id ?? createId('call_');
    begun.set(index, id);
    const head = { ...call, index, id, type: call.type ?? (custom ? 'custom' : 'function') };
    if (called) {
      const pieces = Array.from(tokenize(argumentsOf(called)), (piece) => ({ index, function: { arguments: piece } }));
      return [{ ...head, function: { ...called, arguments: '' } }, ...pieces];
    }
    if (custom) {
      const pieces = Array.from(tokenize(custom.input ?? ''), (input) => ({ index, custom: { input } }));
      return [{ ...head, custom: { ...custom, input: '' } }, ...pieces];
    }
    return [head];
  };
}

/** Returns the arguments of a call as text. */
export function argumentsOf({ arguments: given }: FunctionDelta): string {
  return typeof given === 'object' ? JSON.stringify(given) : (given ?? '');
}
