import type { ToolCallDelta } from '../schemas/chat-completion-chunk.js';
import { ExtraFields } from './extra-fields.js';
import { parseJson } from '../util/parse-json.js';
import type { Progress } from './finish-reason.js';
import { compactJson, JsonProgress } from './json-progress.js';

/** A tool call as merged from the entries of deltas. */
export class GrowingCall {
  readonly position: number;
  /** The index in the server's entries. */
  index: number | undefined;
  id = '';
  type = '';
  name = '';
  arguments = '';
  json = new JsonProgress();
  /** Whether each delta has all of the arguments so far. */
  cumulative = false;
  /** The arguments without white space, once they have been compared. */
  compact: string | undefined;
  /** The number of the delta that last added arguments. */
  delta = 0;
  /** An entry that named the function once more, without arguments: those that follow belong to a new call. */
  renewal: ToolCallDelta | undefined;
  extra: ExtraFields | undefined;

  constructor(position: number, index: number | undefined) {
    this.position = position;
    this.index = index;
  }
}

/**
 * What an entry is to the call that its index and id, or the order, name: a piece of it, all of its arguments once more,
 * or the beginning of the next call.
 */
type Part = 'piece' | 'repetition' | 'next';

/**
 * Returns what an entry of a delta is to a call. JSON arguments that have closed are done, apart from `{}`, which some
 * servers send before the real ones. The input of a custom tool is free text, so it always goes on.
 *
 * @param delta The number of the entry's delta: two entries of one delta are two calls, even if they are equal.
 */
export function partOf(entry: ToolCallDelta, call: GrowingCall, delta: number): Part {
  const name = nameOf(entry);
  const tied = typeof entry.index === 'number' || Boolean(entry.id);
  if (isCustom(call) || entry.custom) {
    return tied || name === '' || isCustom(call) === Boolean(entry.custom) ? 'piece' : 'next';
  }
  if (call.json.state !== 'closed') {
    return 'piece';
  }
  if (name !== '' && call.name !== '' && name !== call.name) {
    return 'next';
  }
  const added = compactJson(argumentsOf(entry));
  const later = delta > call.delta;
  if (added === '') {
    return 'piece';
  }
  if (later && added.startsWith('"') && compactJson(String(parseJson(added))) === compactOf(call)) {
    // LiteLLM sends them at the end as JSON text within JSON.
    return 'repetition';
  }
  if (isPlaceholder(call)) {
    return tied || name === '' || (later && added !== '{}') ? 'piece' : 'next';
  }
  if (later && added === compactOf(call)) {
    return 'repetition';
  }
  return name !== '' || call.renewal !== undefined ? 'next' : 'piece';
}

/**
 * Whether an entry is a piece of a call that has begun although its id is another: LM Studio sends a new id with each piece.
 * The next call would have a name.
 */
export function continues(entry: ToolCallDelta, call: GrowingCall): boolean {
  return (
    nameOf(entry) === '' &&
    call.name !== '' &&
    call.json.state !== 'closed' &&
    (call.arguments || argumentsOf(entry)) !== ''
  );
}

/** Merges an entry into a call. Of a repetition only what identifies the call is new. */
export function mergeEntry(call: GrowingCall, entry: ToolCallDelta, part: Part, delta: number): void {
  if (part !== 'repetition') {
    mergeArguments(call, argumentsOf(entry), delta);
  }
  if (
    call.name !== '' &&
    call.name === nameOf(entry) &&
    call.json.state === 'closed' &&
    argumentsOf(entry).trim() === ''
  ) {
    call.renewal = entry;
  }
  if (part === 'repetition') {
    mergeIdentity(call, entry);
  } else {
    mergeFields(call, entry);
  }
}

function mergeArguments(call: GrowingCall, text: string, delta: number): void {
  if (text === '') {
    return;
  }
  if (isPlaceholder(call) && text.trim() !== '') {
    call.arguments = '';
    call.json = new JsonProgress();
    call.compact = undefined;
  }
  call.cumulative ||= isSentAgain(call, text);
  const added = call.cumulative && text.startsWith(call.arguments) ? text.slice(call.arguments.length) : text;
  call.arguments += added;
  call.json.push(added);
  call.delta = delta;
}

/**
 * Whether a text repeats all of the arguments so far, as Baidu Qianfan does in each delta. A value that begins in the same
 * way may follow a colon, a comma or a bracket; anywhere else it would not be JSON.
 */
function isSentAgain(call: GrowingCall, text: string): boolean {
  return (
    // Compared first, so that a longer text is not read for each piece.
    text.length >= call.arguments.length &&
    text.startsWith(call.arguments) &&
    /^\s*[[{]/u.test(call.arguments) &&
    !isCustom(call) &&
    call.json.state !== 'closed' &&
    (call.json.quoted || !/[:,[]\s*$/u.test(call.arguments))
  );
}

/** Whether the server has sent all of a call: never without a name, or with text after its closed arguments. */
export function isComplete(call: GrowingCall, progress: Progress): boolean {
  if (call.name === '' || (call.json.state === 'broken' && !isCustom(call))) {
    return false;
  }
  switch (progress) {
    case 'streaming':
    case 'cut':
      return false;
    case 'finished':
      return true;
    case 'ending':
      // Some gateways send the finish reason before the last arguments.
      return isCustom(call) || isClosed(call);
    case 'unknown':
      return isClosed(call);
  }
}

function isClosed(call: GrowingCall): boolean {
  return call.arguments === '' || call.json.state === 'closed';
}

/** Merges all fields of an entry but the arguments. */
export function mergeFields(call: GrowingCall, entry: ToolCallDelta): void {
  mergeIdentity(call, entry);
  for (const key in entry) {
    if (!knownKeys.has(key)) {
      call.extra ??= new ExtraFields();
      call.extra.add(key, entry[key]);
    }
  }
}

/** Null and empty values never overwrite. */
function mergeIdentity(call: GrowingCall, entry: ToolCallDelta): void {
  call.index ??= entry.index ?? undefined;
  call.id ||= entry.id || '';
  call.type = entry.type || call.type || (entry.custom ? 'custom' : '');
  call.name = mergeName(call.name, nameOf(entry));
}

const knownKeys: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', 'custom']);

function isCustom({ type }: GrowingCall): boolean {
  return type === 'custom';
}

function isPlaceholder(call: GrowingCall): boolean {
  return !isCustom(call) && call.json.state === 'closed' && compactOf(call) === '{}';
}

function compactOf(call: GrowingCall): string {
  return (call.compact ??= compactJson(call.arguments));
}

/** Returns the name in an entry, or an empty string. */
export function nameOf(entry: ToolCallDelta): string {
  return entry.function?.name || entry.custom?.name || '';
}

/** Servers that send the arguments as an object send them whole; they count as their JSON text. */
function argumentsOf(entry: ToolCallDelta): string {
  const added = entry.function?.arguments ?? entry.custom?.input ?? '';
  return typeof added === 'string' ? added : JSON.stringify(added);
}

/** Some servers repeat the name in each delta, others split it. */
function mergeName(before: string, added: string): string {
  return before === added ? before : before + added;
}
