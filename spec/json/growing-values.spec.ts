import { from } from 'rxjs';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { accumulateObject, arrayItems } from '../../src/index.js';
import { JsonWriter } from './json-writer.js';
import { isFrozen, isStartOf, sharesParts } from './snapshots.js';

/** Documents of one kind, and how many code units a piece of them has at most. */
interface Kind {
  readonly write: (writer: JsonWriter) => string;
  readonly documents: number;
  readonly pieces: number;
}

const kinds: Readonly<Record<string, Kind>> = {
  small: { write: (writer) => writer.document(), documents: 1985, pieces: 9 },
  deep: { write: (writer) => writer.deepDocument(), documents: 10, pieces: 60 },
  wide: { write: (writer) => writer.wideDocument(), documents: 5, pieces: 2000 },
};

/** The value of a document as JSON.parse reads it, without its fence. */
function parse(text: string): unknown {
  return JSON.parse(text.replace(/^\s*```.*\n|```\s*$/gu, ''));
}

/** The snapshots of a document and its whole value, or what is wrong with them. */
function problemOf(text: string, pieces: readonly string[]): string | undefined {
  const whole = parse(text);
  const values: unknown[] = [];
  let end: unknown = 'open';
  from(pieces)
    .pipe(accumulateObject(z.unknown()))
    .subscribe({
      next: (value) => values.push(value),
      error: (error: unknown) => (end = error),
      complete: () => (end = 'done'),
    });
  const wrong =
    end !== 'done' || !isDeepStrictEqual(values.at(-1), whole)
      ? 'another end'
      : !values.every((value) => isStartOf(value, whole))
        ? 'contradicted'
        : !values.slice(1).every((value, place) => sharesParts(values[place], value) || value === values[place])
          ? 'copied'
          : // Parts of large values are shared, so that looking at the last ones is enough.
            !values.slice(-4).every(isFrozen)
            ? 'not frozen'
            : undefined;
  return wrong && `${wrong}: ${JSON.stringify(pieces)}`;
}

/** What is wrong with the elements of a list that is cut into pieces. */
function itemProblemOf(element: string, pieces: readonly string[]): string | undefined {
  const items: unknown[] = [];
  let end: unknown = 'open';
  from(pieces)
    .pipe(arrayItems(z.unknown(), { path: ['a', 1] }))
    .subscribe({
      next: (item) => items.push(item),
      error: (error: unknown) => (end = error),
      complete: () => (end = 'done'),
    });
  return end === 'done' && isDeepStrictEqual(items, [parse(element), 0, parse(element)]) && items.every(isFrozen)
    ? undefined
    : `${JSON.stringify(pieces)} has ${JSON.stringify(items)}`;
}

describe('a JSON value that grows', () => {
  it.each(Object.entries(kinds))('is never contradicted, shares its parts and is frozen: %s', (_, kind) => {
    const problems = Array.from({ length: kind.documents }, (_document, seed) => {
      const writer = new JsonWriter(seed, false);
      const text = kind.write(writer);
      return problemOf(text, writer.cut(text, kind.pieces));
    });

    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('gives each element of a list in it once, wherever it is cut', () => {
    const problems = Array.from({ length: 300 }, (_, seed) => {
      const writer = new JsonWriter(seed, true);
      const element = writer.element();
      return itemProblemOf(element, writer.cut(`{"b":[${element}],"a":[{"a":[1]},[${element},0,${element}]]}`));
    });

    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });
});
