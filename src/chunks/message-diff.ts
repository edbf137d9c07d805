import { isRawObject, type RawObject } from './raw-choices.js';

/** Turns messages that hold all of an answer so far into deltas. */
export interface MessageDiff {
  /** What a message adds to what was seen of its choice; an empty delta for what is no message. */
  readonly take: (message: unknown, index: number) => RawObject;
  /** Counts what a delta adds, from wherever it comes. */
  readonly note: (delta: unknown, index: number) => void;
}

/**
 * A diff for one stream. What was seen is remembered by its length alone: texts and lists only grow, so what is new of them
 * is what lies beyond.
 */
export function createMessageDiff(): MessageDiff {
  const lengths = new Map<string, number>();

  const added = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      return value.slice(lengths.get(path) ?? 0);
    }
    if (Array.isArray(value)) {
      return path.endsWith(' tool_calls')
        ? (value as unknown[]).map((call, place) => addedCall(call, place, path))
        : (value as unknown[]).slice(lengths.get(path) ?? 0);
    }
    return path.endsWith(' function_call') && isRawObject(value) ? addedFields(value, path) : value;
  };

  /** Numbered by place, so that what is noted of it later finds the same call. */
  const addedCall = (call: unknown, place: number, path: string): unknown =>
    isRawObject(call)
      ? { ...call, index: place, ...functionOf(call, (value) => addedFields(value, `${path} ${String(place)}`)) }
      : call;

  const addedFields = (fields: RawObject, path: string): RawObject =>
    Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, added(value, `${path} ${key}`)]));

  const note = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      lengths.set(path, (lengths.get(path) ?? 0) + value.length);
    } else if (Array.isArray(value) && path.endsWith(' tool_calls')) {
      (value as unknown[]).filter(isRawObject).forEach((call, place) => {
        functionOf(call, (fields) => {
          noteFields(fields, `${path} ${typeof call['index'] === 'number' ? call['index'] : place}`);
          return fields;
        });
      });
    } else if (Array.isArray(value)) {
      lengths.set(path, (lengths.get(path) ?? 0) + value.length);
    } else if (isRawObject(value) && path.endsWith(' function_call')) {
      noteFields(value, path);
    }
  };

  const noteFields = (fields: RawObject, path: string): void => {
    Object.entries(fields).forEach(([key, value]) => {
      note(value, `${path} ${key}`);
    });
  };

  return {
    take: (message, index) => (isRawObject(message) ? addedFields(message, String(index)) : {}),
    note: (delta, index) => {
      if (isRawObject(delta)) {
        noteFields(delta, String(index));
      }
    },
  };
}

function functionOf(call: RawObject, change: (fields: RawObject) => RawObject): RawObject {
  return isRawObject(call['function']) ? { function: change(call['function']) } : {};
}
