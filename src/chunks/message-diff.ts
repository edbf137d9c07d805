import { isObject } from '../util/is-object.js';
import { reasoningIn, textKeys } from './loose-values.js';
import { perChoice } from './per-choice.js';

type RawObject = Record<string, unknown>;

/** The length seen of each text and list of a choice, by field name; for a tool call's, by its position and field name. */
type Seen = Map<string, number>;

/** Fields remembered per choice, so that a server that keeps inventing names cannot fill the memory. */
const maxPaths = 1024;

/** Returns the text of a field that a server sends as a number or, of reasoning, as an object; any other value as it is. */
function textIn(value: unknown, key: string): unknown {
  const isOdd =
    typeof value === 'number' || (typeof value === 'object' && value !== null && key.startsWith('reasoning'));
  return isOdd && textKeys.includes(key) ? reasoningIn(value) : value;
}

/**
 * Turns the messages of one stream that repeat the whole answer so far into deltas. Texts and lists only grow, so remembering
 * their lengths is enough to find what is new.
 */
export class MessageDiff {
  private readonly choices = perChoice<Seen>();

  /** Returns what a message adds to its choice; an empty delta if it is not an object. */
  take(message: unknown, index: number): RawObject {
    return isObject(message) ? takeFields(message, this.seenOf(index), '') : {};
  }

  /** Records what a delta adds to its choice. Called for every chunk, so it looks only at fields that messages repeat. */
  note(delta: RawObject, index: number): void {
    const seen = this.seenOf(index);
    for (const key of textKeys) {
      const value = delta[key];
      if (value !== undefined && value !== null && value !== '') {
        noteText(textIn(value, key), seen, key);
      }
    }
    noteFunction(delta['function_call'], seen, 'function_call ');
    eachCall(delta['tool_calls'], (call, place) => {
      noteFunction(call['function'], seen, `${typeof call['index'] === 'number' ? call['index'] : place} `);
    });
  }

  private seenOf(index: number): Seen {
    return (this.choices[index] ??= new Map<string, number>());
  }
}

function takeFields(fields: RawObject, seen: Seen, prefix: string): RawObject {
  const entries = Object.entries(fields).map(([key, value]) => [key, takeField(value, seen, prefix, key)]);
  return Object.fromEntries(entries) as RawObject;
}

function takeField(given: unknown, seen: Seen, prefix: string, key: string): unknown {
  const value = textIn(given, key);
  if (key === 'tool_calls') {
    return eachCall(value, (call, place) => ({
      ...call,
      // Numbered by position, so that later messages find the same call.
      index: place,
      ...(isObject(call['function']) ? { function: takeFields(call['function'], seen, `${place} `) } : {}),
    }));
  }
  if (key === 'function_call' && isObject(value)) {
    return takeFields(value, seen, 'function_call ');
  }
  if ((typeof value !== 'string' && !Array.isArray(value)) || (key === 'arguments' && isPlaceholder(value))) {
    return value;
  }
  const path = prefix + key;
  const added: { readonly length: number } = value.slice(seen.get(path) ?? 0);
  if (seen.size < maxPaths || seen.has(path)) {
    seen.set(path, value.length);
  }
  return added;
}

function noteText(value: unknown, seen: Seen, path: string): void {
  if (typeof value === 'string' && value !== '') {
    seen.set(path, (seen.get(path) ?? 0) + value.length);
  }
}

function noteFunction(value: unknown, seen: Seen, prefix: string): void {
  if (isObject(value)) {
    noteText(value['name'], seen, `${prefix}name`);
    if (!isPlaceholder(value['arguments'])) {
      noteText(value['arguments'], seen, `${prefix}arguments`);
    }
  }
}

/** Whether arguments are the empty object that some servers send before the real ones, which do not begin with it. */
function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '{}';
}

function eachCall<R>(calls: unknown, use: (call: RawObject, place: number) => R): readonly R[] | undefined {
  return Array.isArray(calls) ? (calls as unknown[]).filter(isObject).map(use) : undefined;
}
