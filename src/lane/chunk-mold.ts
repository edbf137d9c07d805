import type { ChatDelta } from '../schemas/chat-completion-chunk.js';
import type { CompletionChunk, CompletionChoice } from '../schemas/completion.js';
import { isObject } from '../util/is-object.js';

/** What the chunks of all endpoints have. */
export type RepeatingChunk = Pick<CompletionChunk, 'choices'>;

/** A string in a chunk that may differ from event to event. */
interface Place {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

type Fields = Record<string, unknown>;

/**
 * Casts chunks that have the same shape and differ only in some strings. Nothing is shared between them, and their fields
 * are in the order of `JSON.parse`.
 */
export class ChunkMold<Chunk extends RepeatingChunk> {
  private readonly chunk: Chunk;
  private readonly places: readonly Place[];
  private readonly choice: CompletionChoice | undefined;
  private readonly delta: ChatDelta | null | undefined;
  private readonly chunkKeys: readonly string[];
  private readonly choiceKeys: readonly string[];
  private readonly deltaKeys: readonly string[];

  /**
   * @param chunk A chunk with one choice. The mold changes it, so nobody else may hold it.
   * @param places Where its strings are.
   */
  constructor(chunk: Chunk, places: readonly Place[]) {
    this.chunk = chunk;
    this.places = places;
    this.choice = chunk.choices[0];
    this.delta = this.choice?.delta;
    this.chunkKeys = nestedKeys(chunk, 'choices');
    this.choiceKeys = nestedKeys(this.choice ?? {}, 'delta');
    this.deltaKeys = nestedKeys(this.delta ?? {});
  }

  /** Creates a chunk with these strings in its places. */
  cast(texts: readonly string[]): Chunk {
    let index = 0;
    for (const { owner, key } of this.places) {
      owner[key] = texts[index];
      index += 1;
    }
    // Engines copy objects quickly where the same few shapes are copied: chunk, choice and delta each have a line of their own.
    const chunk: Fields = { ...this.chunk };
    chunk['choices'] = [this.copyChoice()];
    copyNested(chunk, this.chunkKeys);
    return chunk as unknown as Chunk;
  }

  private copyChoice(): Fields {
    const choice: Fields = { ...this.choice };
    if (isObject(this.delta)) {
      const delta: Fields = { ...this.delta };
      choice['delta'] = delta;
      copyNested(delta, this.deltaKeys);
    }
    copyNested(choice, this.choiceKeys);
    return choice;
  }
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

/** Finds where a text stands in a value. */
export function placesOf(text: string, value: unknown): readonly Place[] {
  return isNested(value)
    ? Object.entries(value).flatMap(([key, item]) =>
        item === text ? [{ owner: value as Fields, key }] : placesOf(text, item),
      )
    : [];
}
