import type { Generation } from './collect.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The message of a chat answer that is not streamed: its deltas put together. Its content is null when it has no text but
 * something else to say.
 */
export function toChatMessage({ pieces, text }: Generation): object {
  const calls = new Map<unknown, Fields>();
  let fields: Fields = {};
  for (const piece of pieces) {
    if (piece.type === 'delta') {
      const { tool_calls, content, role: _, ...rest } = piece.delta;
      fields = append(fields, typeof content === 'string' ? rest : { ...rest, content });
      for (const { index, ...call } of tool_calls ?? []) {
        const known = calls.get(index);
        calls.set(index, known ? append(known, { function: call.function, custom: call.custom }) : call);
      }
    }
  }
  const speaks = text !== '' || (calls.size === 0 && Object.keys(fields).length === 0);
  return {
    role: 'assistant',
    content: speaks ? text : null,
    refusal: null,
    ...fields,
    ...(calls.size === 0 ? {} : { tool_calls: [...calls].sort(byIndex).map(([, call]) => call) }),
  };
}

/** Appends texts and lists, puts the fields of objects together, and replaces everything else; null adds nothing. */
function append(fields: Fields, additions: Fields): Fields {
  const present = Object.entries(additions).filter(([, value]) => value !== undefined && value !== null);
  return { ...fields, ...Object.fromEntries(present.map(([key, value]) => [key, join(fields[key], value)])) };
}

function join(value: unknown, addition: unknown): unknown {
  if (typeof value === 'string' && typeof addition === 'string') {
    return value + addition;
  }
  if (Array.isArray(value) && Array.isArray(addition)) {
    return [...(value as unknown[]), ...(addition as unknown[])];
  }
  return isFields(value) && isFields(addition) ? append(value, addition) : addition;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byIndex([one]: readonly [unknown, Fields], [other]: readonly [unknown, Fields]): number {
  return Number(one) - Number(other);
}
