import { isObject } from '../util/is-object.js';

/** Collects unknown fields: strings and arrays append, other values replace, null changes nothing. */
export interface ExtraFields {
  readonly add: (key: string, value: unknown) => void;
  /** Returns the fields so far. Unless `whole`, it may lag behind when there are many fields or long arrays. */
  readonly view: (whole: boolean) => Readonly<Record<string, unknown>>;
}

/** Creates an empty collector for one message. Above 64 fields, `view(false)` lags behind until they have doubled. */
export function createExtraFields(): ExtraFields {
  const values = new Map<string, unknown>();
  const lists = new Map<string, GrowingList>();
  let changed = false;
  let view: Readonly<Record<string, unknown>> = Object.freeze({});
  let viewed = 0;
  const set = (key: string, value: unknown): void => {
    if (!values.has(key) || values.get(key) !== value) {
      values.set(key, value);
      changed = true;
    }
  };
  return {
    add: (key, added) => {
      const value = freezeDeep(added);
      if (Array.isArray(value)) {
        const list = lists.get(key) ?? createGrowingList();
        lists.set(key, list);
        list.append(value as unknown[]);
        set(key, list.view(false));
      } else if (value !== null && value !== undefined) {
        const before = values.get(key);
        set(key, key === 'audio' ? joinAudio(before, value) : joinStrings(before, value));
      }
    },
    view: (whole) => {
      if (whole) {
        lists.forEach((list, key) => {
          set(key, list.view(true));
        });
      }
      if (changed && (whole || values.size <= 64 || values.size >= 2 * viewed)) {
        // `Object.fromEntries` also creates an own property for `__proto__`; assignment would not.
        view = Object.freeze(Object.fromEntries(values));
        viewed = values.size;
        changed = false;
      }
      return view;
    },
  };
}

function joinStrings(before: unknown, value: unknown): unknown {
  return typeof before === 'string' && typeof value === 'string' ? before + value : value;
}

/** All fields are copied for each piece, so their number must be bounded; the API has four. */
const maxAudioFields = 64;

/** Joins `data` and `transcript`, which audio answers send in pieces; the id and the expiry come once. */
function joinAudio(before: unknown, value: unknown): unknown {
  if (!isObject(before) || !isObject(value)) {
    return value;
  }
  const fields = new Map<string, unknown>(Object.entries(before));
  for (const [key, item] of Object.entries(value)) {
    if (fields.size >= maxAudioFields && !fields.has(key)) {
      continue;
    }
    fields.set(key, key === 'data' || key === 'transcript' ? joinStrings(fields.get(key), item) : item);
  }
  return Object.freeze(Object.fromEntries(fields));
}

/** A list that only grows, with immutable views. */
interface GrowingList {
  readonly append: (items: readonly unknown[]) => void;
  /** Returns the items so far; the same array while it does not change. */
  readonly view: (whole: boolean) => readonly unknown[];
}

/**
 * Creates an empty list. Copying a long list for each chunk would cost more the longer the answer is, so above 64 items
 * `view(false)` lags behind until the list has doubled.
 */
function createGrowingList(): GrowingList {
  const items: unknown[] = [];
  let view: readonly unknown[] = Object.freeze([]);
  return {
    append: (added) => {
      for (const item of added) {
        items.push(item);
      }
    },
    view: (whole) => {
      if (view.length !== items.length && (whole || items.length <= 64 || items.length >= 2 * view.length)) {
        view = Object.freeze([...items]);
      }
      return view;
    },
  };
}

/** Freezes a JSON value with everything in it, and returns it. Skips what is frozen already or is not JSON, such as bytes. */
export function freezeDeep<T>(value: T): T {
  // Not recursive, since the server decides how deeply its JSON is nested.
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (isPlain(next) && !Object.isFrozen(next)) {
      Object.values(Object.freeze(next)).forEach((item) => waiting.push(item));
    }
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
