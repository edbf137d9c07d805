import { LimitError } from '../errors/limit-error.js';
import type { ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import { checkIndex } from './check-index.js';
import { createExtraFields, type ExtraFields } from './extra-fields.js';
import type { ToolCall } from './message.js';

/** How far the answer has come. `unknown` means that the stream completed without a finish reason. */
export type Progress = 'streaming' | 'finished' | 'cut' | 'unknown';

/** Merges the tool calls of one choice from their deltas. */
interface ToolCallMerger {
  readonly add: (entries: readonly ToolCallDelta[]) => void;
  /**
   * Returns the calls in order of their index. While streaming, a call is included once its name is known. All calls of a
   * finished answer are complete; with progress `unknown`, those whose arguments are closed.
   */
  readonly view: (progress: Progress) => readonly ToolCall[];
}

interface Call {
  readonly position: number;
  id: string;
  type: string;
  name: string;
  arguments: string;
  balance: JsonBalance;
  readonly extra: ExtraFields;
  /** The last view; cleared by each change. */
  view: ToolCall | undefined;
}

/**
 * Creates a merger for one choice. Servers identify calls by index, by id, by both, or by neither. A delta belongs to the
 * call with its id, or else with its index, or else to the latest call. A new id at a used index starts a new call, and
 * so does a name after closed arguments.
 *
 * @param maximum How many calls there may be. One more is a `LimitError`, an invalid index a `ProtocolError`.
 */
export function createToolCallMerger(choice: number, maximum: number): ToolCallMerger {
  const calls: Call[] = [];
  const byId = new Map<string, Call>();
  const bySlot = new Map<number, Call>();
  let latest: Call | undefined;
  let list: readonly ToolCall[] = Object.freeze([]);

  const begin = (slot: number | undefined): Call => {
    if (calls.length >= maximum) {
      throw new LimitError('toolCalls', maximum);
    }
    const free = slot !== undefined && !calls.some(({ position }) => position === slot);
    const call: Call = {
      position: free ? slot : (calls.at(-1)?.position ?? -1) + 1,
      id: '',
      type: '',
      name: '',
      arguments: '',
      balance: createJsonBalance(),
      extra: createExtraFields(),
      view: undefined,
    };
    calls.push(call);
    calls.sort((a, b) => a.position - b.position);
    return call;
  };

  const find = (entry: ToolCallDelta): Call => {
    const known = entry.id ? byId.get(entry.id) : undefined;
    if (known !== undefined) {
      return known;
    }
    if (typeof entry.index === 'number') {
      const held = bySlot.get(entry.index);
      return held === undefined || (entry.id && held.id !== '') ? begin(entry.index) : held;
    }
    const next = entry.id || (entry.function?.name && latest?.balance.isClosed());
    return next || latest === undefined ? begin(undefined) : latest;
  };

  return {
    add: (entries) => {
      for (const entry of entries) {
        if (typeof entry.index === 'number') {
          checkIndex(entry.index, 'toolCalls', maximum);
        }
        const call = find(entry);
        merge(call, entry);
        latest = call;
        if (typeof entry.index === 'number') {
          bySlot.set(entry.index, call);
        }
        if (call.id !== '') {
          byId.set(call.id, call);
        }
      }
    },
    view: (progress) => {
      const shown = calls.filter(({ name }) => progress !== 'streaming' || name !== '');
      const views = shown.map((call) => (call.view = toView(call, choice, progress)));
      if (views.length !== list.length || views.some((view, place) => view !== list[place])) {
        list = Object.freeze(views);
      }
      return list;
    },
  };
}

const knownKeys: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', 'custom']);

/** Appends arguments; null and empty values never overwrite. */
function merge(call: Call, entry: ToolCallDelta): void {
  call.view = undefined;
  call.id = entry.id || call.id;
  call.type = entry.type || call.type || (entry.custom ? 'custom' : '');
  call.name = mergeName(call.name, entry.function?.name || entry.custom?.name || '');
  const added = entry.function?.arguments ?? entry.custom?.input;
  if (typeof added === 'string') {
    call.arguments += added;
    call.balance.push(added);
  } else if (added !== undefined && added !== null) {
    // Servers that send the arguments as an object send them whole.
    call.arguments = JSON.stringify(added);
    call.balance = createJsonBalance();
    call.balance.push(call.arguments);
  }
  for (const [key, value] of Object.entries(entry)) {
    if (!knownKeys.has(key)) {
      call.extra.add(key, value);
    }
  }
}

/** Some servers repeat the name in each delta, others split it. */
function mergeName(before: string, added: string): string {
  return before === added ? before : before + added;
}

function toView(call: Call, choice: number, progress: Progress): ToolCall {
  const complete =
    progress === 'finished' || (progress === 'unknown' && (call.arguments === '' || call.balance.isClosed()));
  if (call.view?.complete === complete && (progress === 'streaming' || call.view.id !== '')) {
    return call.view;
  }
  return Object.freeze({
    id: call.id === '' && progress !== 'streaming' ? `call_${choice}_${call.position}` : call.id,
    type: call.type || 'function',
    name: call.name,
    arguments: complete && call.arguments === '' && call.type !== 'custom' ? '{}' : call.arguments,
    complete,
    extra: call.extra.view(progress !== 'streaming'),
  });
}

/** Follows growing JSON text to tell whether its brackets are closed, without parsing it each time. */
interface JsonBalance {
  readonly push: (text: string) => void;
  /** Whether a value was opened and every bracket and string is closed. */
  readonly isClosed: () => boolean;
}

function createJsonBalance(): JsonBalance {
  let depth = 0;
  let opened = false;
  let quoted = false;
  let escaped = false;
  const readQuoted = (character: string): void => {
    if (escaped) {
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (character === '"') {
      quoted = false;
    }
  };
  return {
    push: (text) => {
      for (const character of text) {
        if (quoted) {
          readQuoted(character);
        } else if (character === '"') {
          quoted = true;
        } else if (character === '{' || character === '[') {
          depth += 1;
          opened = true;
        } else if (character === '}' || character === ']') {
          depth -= 1;
        }
      }
    },
    isClosed: () => opened && depth === 0 && !quoted,
  };
}
