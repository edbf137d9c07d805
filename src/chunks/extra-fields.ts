import { freezeDeep } from './freeze-deep.js';

/** Collects fields that are not ours: strings and arrays append, other values replace, null changes nothing. */
export interface ExtraFields {
  readonly add: (key: string, value: unknown) => void;
  /** The fields so far; many fields and long arrays may lag behind until a `whole` view is asked for. */
  readonly view: (whole: boolean) => Readonly<Record<string, unknown>>;
}

/**
 * No fields yet; for one message. Like that of a {@link GrowingList}, a view of more than 64 fields may lag behind until
 * they have doubled.
 */
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
        // Own fields whatever their names, where an assignment to `__proto__` would make none.
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

/** Copied for each piece, so there must be a bound; the API has four. */
const maxAudioFields = 64;

/** Spoken answers come in pieces of `data` and `transcript`; the id and the expiry come once. */
function joinAudio(before: unknown, value: unknown): unknown {
  if (typeof before !== 'object' || before === null || typeof value !== 'object' || value === null) {
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

/** A list that grows by appending, of which immutable views are taken. */
export interface GrowingList {
  readonly append: (items: readonly unknown[]) => void;
  /** The items so far, all of them if `whole`. The view keeps its identity while it does not change. */
  readonly view: (whole: boolean) => readonly unknown[];
}

/**
 * An empty {@link GrowingList}. Copying a long list for each chunk would cost more the longer the answer is, so a view of
 * more than 64 items may lag behind until the list has doubled, or a whole view is asked for.
 */
export function createGrowingList(): GrowingList {
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
