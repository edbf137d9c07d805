/** What a text is shown by. */
export type TextUnit = 'word' | 'line' | 'grapheme';

/** How a text falls into units. */
export interface UnitEnds {
  /** Where the units of a text end, in order. The last unit has an end only when the text shows that it has. */
  readonly find: (text: string) => Iterable<number>;
  /** Where to cut a text that is all one unit, so that what a reader sees as one character stays whole. */
  readonly cut: (text: string) => number;
  /** How much text to look at in one go, and so how long a unit may be, in UTF-16 code units. */
  readonly maxLength: number;
}

/** Segmenters take time that is quadratic in the text's length (108,000 characters: 2 s on Node 20), so they get little. */
const maxSegmented = 512;
const maxLine = 4096;

const space = /^\s/u;
/** What belongs to the word beside it. Emoji are symbols too, of the one kind that is left out. */
const punctuation = /^[\p{P}\p{Sc}\p{Sm}\p{Sk}]/u;

/** Makes the rules for one stream; a segmenter is made when it is first needed. */
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

/** A word with the punctuation on both sides and the whitespace after it; it ends with that, or where another begins. */
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

/** A character as a reader sees it; it ends where another begins. */
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
