import { isObject } from '../util/is-object.js';

/** A string or number in a chunk that may differ from event to event. */
interface Place {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

type Fields = Record<string, unknown>;

/** Creates a chunk with these strings and numbers in its places. */
export type Mold<Chunk> = (texts: readonly string[]) => Chunk;

/**
 * Creates a mold of chunks that have the same shape and differ only in some strings and numbers. Nothing is shared between them, and
 * their fields are in the order of `JSON.parse`.
 *
 * @param chunk A chunk. The mold changes it, so nobody else may hold it.
 * @param places Where its strings and numbers are.
 */
export function createMold<Chunk extends object>(chunk: Chunk, places: readonly Place[]): Mold<Chunk> {
  const { choices } = chunk as { readonly choices?: readonly Fields[] };
  // An event of a response is flat.
  const [choice] = choices ?? [];
  const delta = choice?.['delta'];
  const chunkKeys = nestedKeys(chunk, choice && 'choices');
  const choiceKeys = nestedKeys(choice ?? {}, 'delta');
  const deltaKeys = nestedKeys(delta ?? {});

  return (texts) => {
    let index = 0;
    for (const { owner, key } of places) {
      owner[key] = typeof owner[key] === 'number' ? Number(texts[index]) : texts[index];
      index += 1;
    }
    // Engines copy objects quickly where the same few shapes are copied: chunk, choice and delta each have a line of their own.
    const chunkCopy: Fields = { ...(chunk as Fields) };
    copyNested(chunkCopy, chunkKeys);
    if (choice === undefined) {
      return chunkCopy as Chunk;
    }
    const choiceCopy: Fields = { ...choice };
    if (isObject(delta)) {
      const deltaCopy: Fields = { ...delta };
      copyNested(deltaCopy, deltaKeys);
      choiceCopy['delta'] = deltaCopy;
    }
    copyNested(choiceCopy, choiceKeys);
    chunkCopy['choices'] = [choiceCopy];
    return chunkCopy as Chunk;
  };
}

/** Returns the keys of fields that hold lists or objects. */
function nestedKeys(fields: object, except?: string): readonly string[] {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(fields);
  return entries.filter(([key, value]) => key !== except && isNested(value)).map(([key]) => key);
}

function copyNested(fields: Fields, keys: readonly string[]): void {
  for (const key of keys) {
    fields[key] = copyOf(fields[key]);
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return (value as unknown[]).map(copyOf);
  }
  if (!isNested(value)) {
    return value;
  }
  const copy: Fields = { ...value };
  for (const key in copy) {
    if (isNested(copy[key])) {
      copy[key] = copyOf(copy[key]);
    }
  }
  return copy;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Finds where a text, or the number of an event, stands in a value. */
export function placesOf(text: string, value: unknown): readonly Place[] {
  return isNested(value)
    ? Object.entries(value).flatMap(([key, item]) =>
        (key === 'sequence_number' ? String(item) : item) === text
          ? [{ owner: value as Fields, key }]
          : placesOf(text, item),
      )
    : [];
}
