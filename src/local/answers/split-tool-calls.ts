import { randomUUID } from 'node:crypto';
import type { ToolCallDelta } from '../../schemas/chat-completion-chunk.js';
import { tokenize } from '../tokenize.js';

/**
 * Makes the splitter of one answer's tool calls. A call that begins becomes a piece with its index, id, type and name
 * and with empty arguments, then its arguments in pieces; what a model adds to a call that has begun stays one piece. A
 * call is known by its index or its id; one with neither that has a name begins a new one.
 */
export function splitToolCalls(): (call: ToolCallDelta) => readonly ToolCallDelta[] {
  const begun = new Map<number, string>();
  let last = 0;
  const indexOf = ({ index, id, function: called, custom }: ToolCallDelta): number => {
    const known = [...begun].find(([, other]) => other === id)?.[0];
    const names = id ?? called?.name ?? custom?.name;
    return index ?? known ?? (names === undefined && begun.size > 0 ? last : begun.size);
  };
  return (call) => {
    last = indexOf(call);
    const parts = partsOf(call);
    if (begun.has(last)) {
      return [{ ...call, index: last, ...parts.whole }];
    }
    const id = call.id ?? `call_${randomUUID().replaceAll('-', '')}`;
    begun.set(last, id);
    const type = call.type ?? (call.custom ? 'custom' : 'function');
    return [{ ...call, index: last, id, type, ...parts.head }, ...parts.rest.map((part) => ({ index: last, ...part }))];
  };
}

interface Parts {
  /** The call's function or custom tool, its arguments as text. */
  readonly whole: ToolCallDelta;
  /** The same with empty arguments. */
  readonly head: ToolCallDelta;
  /** The arguments, in pieces. */
  readonly rest: readonly ToolCallDelta[];
}

function partsOf({ function: called, custom }: ToolCallDelta): Parts {
  if (called) {
    const text = typeof called.arguments === 'object' ? JSON.stringify(called.arguments) : (called.arguments ?? '');
    return {
      whole: { function: { ...called, arguments: text } },
      head: { function: { ...called, arguments: '' } },
      rest: Array.from(tokenize(text), (piece) => ({ function: { arguments: piece } })),
    };
  }
  if (custom) {
    return {
      whole: { custom },
      head: { custom: { ...custom, input: '' } },
      rest: Array.from(tokenize(custom.input ?? ''), (piece) => ({ custom: { input: piece } })),
    };
  }
  return { whole: {}, head: {}, rest: [] };
}
