import { LimitError } from '../errors/limit-error.js';
import type { ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import { checkIndex } from './check-index.js';
import type { Progress } from './finish-reason.js';
import {
  continues,
  createGrowingCall,
  type GrowingCall,
  isComplete,
  mergeEntry,
  mergeFields,
  nameOf,
  partOf,
} from './growing-call.js';
import type { ToolCall } from './message.js';

/** Merges the tool calls of one choice from their deltas. */
interface ToolCallMerger {
  /** Adds the entries of one delta. */
  readonly add: (entries: readonly ToolCallDelta[]) => void;
  /**
   * Returns the calls in order of their index. While streaming, a call is included once its name is known. The calls of a
   * finished answer are complete as a rule; with progress `ending` or `unknown`, those whose arguments are closed.
   */
  readonly view: (progress: Progress) => readonly ToolCall[];
}

interface Call extends GrowingCall {
  /** Whether another call has the same id, so that this one needs a generated one. */
  repeatsId: boolean;
  /** The last view; cleared by each change. */
  view: ToolCall | undefined;
}

/**
 * Creates a merger for one choice. Servers identify calls by index, by id, by both, or by neither, and some give one id or
 * index to several calls, or several ids to one. An entry belongs to the latest call with its index and id, or else to the
 * latest call, unless `partOf` says that it begins the next one.
 *
 * @param maximum How many calls there may be. One more is a `LimitError`, an invalid index a `ProtocolError`.
 */
export function createToolCallMerger(choice: number, maximum: number): ToolCallMerger {
  const calls: Call[] = [];
  const known = new Map<string, Call>();
  const owners = new Map<string, Call>();
  let latest: Call | undefined;
  let deltas = 0;
  let list: readonly ToolCall[] = Object.freeze([]);

  const begin = (index: number | undefined): Call => {
    if (calls.length >= maximum) {
      throw new LimitError('toolCalls', maximum);
    }
    const free = index !== undefined && !calls.some(({ position }) => position === index);
    const position = free ? index : (calls.at(-1)?.position ?? -1) + 1;
    const call: Call = { ...createGrowingCall(position, index), repeatsId: false, view: undefined };
    calls.push(call);
    calls.sort((a, b) => a.position - b.position);
    return call;
  };

  const lastFor = (entry: ToolCallDelta): Call | undefined => {
    const { index, id } = entry;
    if (typeof index === 'number' && id) {
      // One that had only an id or an index so far may get the other.
      const [byId, byIndex] = [known.get(keyOf(undefined, id)), known.get(keyOf(index, undefined))];
      return (
        known.get(keyOf(index, id)) ??
        (byId?.index === undefined ? byId : undefined) ??
        (byIndex !== undefined && (byIndex.id === '' || continues(entry, byIndex)) ? byIndex : undefined)
      );
    }
    if (typeof index === 'number') {
      return known.get(keyOf(index, undefined));
    }
    if (id) {
      return known.get(keyOf(undefined, id)) ?? (latest !== undefined && continues(entry, latest) ? latest : undefined);
    }
    return latest;
  };

  const find = (entry: ToolCallDelta): Call | undefined => {
    const last = lastFor(entry);
    const name = nameOf(entry);
    if (last === undefined || (!last.json.isClosed() && (name === '' || name === last.name))) {
      return last;
    }
    // Servers that send all calls once more at the end begin with the first.
    return calls.find((call) => isTied(entry, call) && partOf(entry, call, deltas) === 'repetition') ?? last;
  };

  const register = (call: Call): void => {
    const { index, id } = call;
    if (index !== undefined) {
      known.set(keyOf(index, undefined), call);
    }
    if (id !== '') {
      const owner = owners.get(id) ?? call;
      owners.set(id, owner);
      call.repeatsId = owner !== call;
      known.set(keyOf(undefined, id), call);
      known.set(keyOf(index, id), call);
    }
  };

  const add = (entry: ToolCallDelta): void => {
    if (typeof entry.index === 'number') {
      checkIndex(entry.index, 'toolCalls', maximum);
    }
    const found = find(entry);
    const part = found === undefined ? 'next' : partOf(entry, found, deltas);
    const call = found === undefined || part === 'next' ? begin(entry.index ?? undefined) : found;
    if (found?.renewal !== undefined && call !== found && nameOf(entry) === '') {
      mergeFields(call, found.renewal);
    }
    mergeEntry(call, entry, part, deltas);
    call.view = undefined;
    register(call);
    latest = call;
  };

  return {
    add: (entries) => {
      deltas += 1;
      entries.forEach(add);
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

/** Whether an entry may belong to a call, by what both have of index and id. */
function isTied({ index, id }: ToolCallDelta, call: Call): boolean {
  return (typeof index !== 'number' || (call.index ?? index) === index) && (!id || (call.id || id) === id);
}

function keyOf(index: number | null | undefined, id: string | null | undefined): string {
  return `${index ?? ''} ${id ?? ''}`;
}

function toView(call: Call, choice: number, progress: Progress): ToolCall {
  const complete = isComplete(call, progress);
  if (call.view?.complete === complete && (progress === 'streaming' || call.view.id !== '')) {
    return call.view;
  }
  const generated = call.repeatsId || (call.id === '' && progress !== 'streaming');
  return Object.freeze({
    id: generated ? `call_${choice}_${call.position}` : call.id,
    type: call.type || 'function',
    name: call.name,
    arguments: complete && call.arguments === '' && call.type !== 'custom' ? '{}' : call.arguments,
    complete,
    extra: call.extra.view(progress !== 'streaming'),
  });
}
