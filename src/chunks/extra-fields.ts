import { createGrowingList, type GrowingList } from './growing-list.js';

/** Collects fields that are not ours: strings and arrays append, other values replace, null changes nothing. */
export interface ExtraFields {
  readonly add: (key: string, value: unknown) => void;
  /** The fields so far; long arrays may lag behind until a `whole` view is asked for. */
  readonly view: (whole: boolean) => Readonly<Record<string, unknown>>;
}

/** No fields yet; for one message. */
export function createExtraFields(): ExtraFields {
  const lists = new Map<string, GrowingList>();
  let fields: Readonly<Record<string, unknown>> = {};
  // A computed key defines an own property whatever its name, where an assignment to `__proto__` would not.
  const set = (key: string, value: unknown): void => {
    if (own(fields, key) !== value) {
      fields = { ...fields, [key]: value };
    }
  };
  return {
    add: (key, value) => {
      if (Array.isArray(value)) {
        const list = lists.get(key) ?? createGrowingList();
        lists.set(key, list);
        list.append(value as unknown[]);
      } else if (value !== null && value !== undefined) {
        set(key, key === 'audio' ? joinAudio(own(fields, key), value) : joinStrings(own(fields, key), value));
      }
    },
    view: (whole) => {
      lists.forEach((list, key) => {
        set(key, list.view(whole));
      });
      return fields;
    },
  };
}

function own(fields: object, key: string): unknown {
  return Object.hasOwn(fields, key) ? (fields as Record<string, unknown>)[key] : undefined;
}

function joinStrings(before: unknown, value: unknown): unknown {
  return typeof before === 'string' && typeof value === 'string' ? before + value : value;
}

/** Spoken answers come in pieces of `data` and `transcript`; the id and the expiry come once. */
function joinAudio(before: unknown, value: unknown): unknown {
  if (typeof before !== 'object' || before === null || typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, item]): readonly [string, unknown] => [
    key,
    key === 'data' || key === 'transcript' ? joinStrings(own(before, key), item) : item,
  ]);
  return { ...before, ...Object.fromEntries(entries) };
}
