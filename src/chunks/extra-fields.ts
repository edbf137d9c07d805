import { noFields } from '../answers/empty-message.js';
import { freezeDeep } from '../util/freeze-deep.js';
import { isObject } from '../util/is-object.js';

type Fields = Readonly<Record<string, unknown>>;

/** Collects unknown fields of one message: strings and arrays append, other values replace, null changes nothing. */
export class ExtraFields {
  private readonly values = new Map<string, unknown>();
  private readonly lists = new Map<string, GrowingList>();
  private changed = false;
  private fields = noFields;
  private viewed = 0;

  add(key: string, added: unknown): void {
    const value = freezeDeep(added);
    if (Array.isArray(value)) {
      const list = this.lists.get(key) ?? new GrowingList();
      this.lists.set(key, list);
      list.append(value as unknown[]);
      this.set(key, list.view(false));
    } else if (value !== null && value !== undefined) {
      const before = this.values.get(key);
      this.set(key, key === 'audio' ? joinAudio(before, value) : joinStrings(before, value));
    }
  }

  /** Returns the fields so far. Unless `whole`, many fields and long arrays may lag. */
  view(whole: boolean): Fields {
    if (whole) {
      this.lists.forEach((list, key) => this.set(key, list.view(true)));
    }
    const { values } = this;
    if (this.changed && (whole || isWorthCopying(values.size, this.viewed))) {
      // `Object.fromEntries` also creates an own property for `__proto__`; assignment would not.
      this.fields = Object.freeze(Object.fromEntries(values));
      this.viewed = values.size;
      this.changed = false;
    }
    return this.fields;
  }

  private set(key: string, value: unknown): void {
    if (this.values.get(key) !== value) {
      this.values.set(key, value);
      this.changed = true;
    }
  }
}

/** Copying what is long for each chunk would cost more the longer the answer is, so it waits until it has doubled. */
function isWorthCopying(size: number, copied: number): boolean {
  return size <= 64 || size >= 2 * copied;
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

/** A list that only grows, with immutable views; those of a long list that are not `whole` may lag. */
class GrowingList {
  private readonly items: unknown[] = [];
  private copy: readonly unknown[] = Object.freeze([]);

  append(added: readonly unknown[]): void {
    for (const item of added) {
      this.items.push(item);
    }
  }

  /** Returns the items so far; the same array while it does not change. */
  view(whole: boolean): readonly unknown[] {
    const { items, copy } = this;
    if (copy.length !== items.length && (whole || isWorthCopying(items.length, copy.length))) {
      this.copy = Object.freeze([...items]);
    }
    return this.copy;
  }
}
