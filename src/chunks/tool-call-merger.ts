import { noCalls, noFields } from '../answers/empty-message.js';
import { checkIndex } from '../answers/check-index.js';
import { LimitError } from '../errors/limit-error.js';
import type { ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import type { Progress } from './finish-reason.js';
import { continues, GrowingCall, isComplete, mergeEntry, mergeFields, nameOf, partOf } from './growing-call.js';
import type { ToolCall } from '../schemas/message.js';

class Call extends GrowingCall {
  /** Whether another call has the same id, so that this one needs a generated one. */
  repeatsId = false;
  /** The last view; cleared by each change. */
  view: ToolCall | undefined;
}

/**
 * Merges the tool calls of one choice from their deltas. Servers identify calls by index, by id, by both, or by neither, and
 * some give one id or index to several calls, or several ids to one. An entry belongs to the latest call with its index and
 * id, or else to the latest call, unless `partOf` says that it begins the next one.
 */
export class ToolCallMerger {
  private readonly choice: number;
  private readonly maximum: number;
  private readonly calls: Call[] = [];
  private readonly known = new Map<string, Call>();
  private readonly owners = new Map<string, Call>();
  private latest: Call | undefined;
  private deltas = 0;
  private list = noCalls;
  /** The progress that `list` was made for; `undefined` after each change. */
  private listed: Progress | undefined;

  /** @param maximum How many calls there may be. One more is a `LimitError`, an invalid index a `ProtocolError`. */
  constructor(choice: number, maximum: number) {
    this.choice = choice;
    this.maximum = maximum;
  }

  /** Adds the entries of one delta. */
  add(entries: readonly ToolCallDelta[]): void {
    this.deltas += 1;
    this.listed = undefined;
    for (const entry of entries) {
      this.addEntry(entry);
    }
  }

  /**
   * Returns the calls in order of their index. While streaming, a call is included once its name is known. The calls of a
   * finished answer are complete as a rule; with progress `ending` or `unknown`, those whose arguments are closed.
   */
  view(progress: Progress): readonly ToolCall[] {
    if (progress !== this.listed) {
      const views: ToolCall[] = [];
      let changed = false;
      for (const call of this.calls) {
        if (progress !== 'streaming' || call.name !== '') {
          call.view = toView(call, this.choice, progress);
          changed ||= call.view !== this.list[views.length];
          views.push(call.view);
        }
      }
      if (changed || views.length !== this.list.length) {
        this.list = Object.freeze(views);
      }
      this.listed = progress;
    }
    return this.list;
  }

  private addEntry(entry: ToolCallDelta): void {
    if (typeof entry.index === 'number') {
      checkIndex(entry.index, 'toolCalls', this.maximum);
    }
    const found = this.find(entry);
    const part = found === undefined ? 'next' : partOf(entry, found, this.deltas);
    const call = found === undefined || part === 'next' ? this.begin(entry.index ?? undefined) : found;
    const { index, id } = call;
    if (found?.renewal !== undefined && call !== found && nameOf(entry) === '') {
      mergeFields(call, found.renewal);
    }
    mergeEntry(call, entry, part, this.deltas);
    call.view = undefined;
    if (call !== this.latest || call.index !== index || call.id !== id) {
      this.register(call);
      this.latest = call;
    }
  }

  private begin(index: number | undefined): Call {
    const { calls, maximum } = this;
    if (calls.length >= maximum) {
      throw new LimitError('toolCalls', maximum);
    }
    const free = index !== undefined && !calls.some(({ position }) => position === index);
    const call = new Call(free ? index : (calls.at(-1)?.position ?? -1) + 1, index);
    calls.push(call);
    calls.sort((a, b) => a.position - b.position);
    return call;
  }

  private find(entry: ToolCallDelta): Call | undefined {
    const last = this.lastFor(entry);
    const name = nameOf(entry);
    if (last === undefined || (last.json.state !== 'closed' && (name === '' || name === last.name))) {
      return last;
    }
    // Servers that send all calls once more at the end begin with the first.
    return this.calls.find((call) => isTied(entry, call) && partOf(entry, call, this.deltas) === 'repetition') ?? last;
  }

  private lastFor(entry: ToolCallDelta): Call | undefined {
    const { known, latest } = this;
    const { index, id } = entry;
    if (latest !== undefined && (typeof index !== 'number' || index === latest.index) && (!id || id === latest.id)) {
      return latest;
    }
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
    return known.get(keyOf(undefined, id)) ?? (latest !== undefined && continues(entry, latest) ? latest : undefined);
  }

  private register(call: Call): void {
    const { known, owners } = this;
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
  }
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
    extra: call.extra?.view(progress !== 'streaming') ?? noFields,
  });
}
