/** The unit in which {@link smoothText} emits text. */
export type TextUnit = 'word' | 'line' | 'grapheme';

/** Finds the ends of units in a text. */
export interface UnitEnds {
  /** Returns the ends of the units in order. The last unit is included only if it is certainly complete. */
  readonly find: (text: string) => Iterable<number>;
  /** Returns where to cut a text that is a single unit, without splitting a grapheme. */
  readonly cut: (text: string) => number;
  /** How much text to search at a time, and so the maximum length of a unit, in UTF-16 code units. */
  readonly maxLength: number;
}

/** The time of segmenters is quadratic in the length of the text (108,000 characters: 2 s on Node 20). */
const maxSegmented = 512;
const maxLine = 4096;

const space = /^\s/u;
/** Characters that belong to the word beside them. `\p{So}` is left out, since it contains the emoji. */
const punctuation = /^[\p{P}\p{Sc}\p{Sm}\p{Sk}]/u;

/** Creates the rules for one stream. Segmenters are created when they are first needed. */
export function createUnitEnds(unit: TextUnit, locale: string | undefined): UnitEnds {
  const words = lazily(() => new Intl.Segmenter(locale, { granularity: 'word' }));
  const graphemes = lazily(() => new Intl.Segmenter(locale, { granularity: 'grapheme' }));
  const find = {
    word: (text: string) => wordEnds(words().segment(text)),
    grapheme: (text: string) => graphemeEnds(graphemes().segment(text)),
    line: lineEnds,
  }[unit];
  return {
    find,
    cut: (text) => {
      const last = graphemes()
        .segment(text)
        .containing(text.length - 1);
      return last && last.index > 0 ? last.index : withoutHalf(text);
    },
    maxLength: unit === 'line' ? maxLine : maxSegmented,
  };
}

/** Whether a text ends with the first half of a surrogate pair. */
export function endsInHalf(text: string): boolean {
  return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
}

/** Yields the ends of words with their punctuation and the whitespace after them. */
function* wordEnds(segments: Intl.Segments): Generator<number> {
  let begun = false;
  let worded = false;
  let spaced = false;
  let end = 0;
  for (const { segment, index } of segments) {
    if (space.test(segment)) {
      spaced = begun;
    } else {
      const word = !punctuation.test(segment);
      if (spaced || (word && worded)) {
        yield index;
        worded = spaced = false;
      }
      worded ||= word;
      begun = true;
    }
    end = index + segment.length;
  }
  if (spaced) {
    yield end;
  }
}

/** Yields the ends of graphemes; the last one is certain only when another begins. */
function* graphemeEnds(segments: Intl.Segments): Generator<number> {
  for (const { index } of segments) {
    if (index > 0) {
      yield index;
    }
  }
}

function* lineEnds(text: string): Generator<number> {
  for (let end = text.indexOf('\n') + 1; end > 0; end = text.indexOf('\n', end) + 1) {
    yield end;
  }
}

function withoutHalf(text: string): number {
  return endsInHalf(text) ? text.length - 1 : text.length;
}

function lazily<T>(create: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= create());
}
