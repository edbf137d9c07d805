/**
 * A word with the white space before it, cut when it is long; a run of signs; white space at the end. Scripts without
 * spaces between words go by two characters. Every character fits one alternative, so nothing is lost.
 */
const piece =
  /\s{0,16}(?:[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]{1,2}|[\p{L}\p{M}\p{N}_]{1,12}|[^\s\p{L}\p{N}_]{1,8})|\s{1,16}/gu;

/**
 * Characters that never join their neighbours of this set, but for a line end's two: most text, told without a
 * segmenter.
 */
const plain = /[\t-~\u00C0-\u02FF\u0370-\u0482\u048A-\u052F\u3041-\u3096\u30A1-\u30FA\u3400-\u9FFF]{2}/y;

/**
 * Splits a text into pieces about the size of a model's tokens. Joined, they are the text; no surrogate pair and no
 * grapheme (a letter with its accents, a composed emoji) is split.
 */
export function* tokenize(text: string): Generator<string, void, undefined> {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  let start = 0;
  for (const { 0: match, index } of text.matchAll(piece)) {
    const position = index + match.length;
    if (position > start) {
      const end = graphemeEnd(text, start, position, segmenter);
      yield text.slice(start, end);
      start = end;
    }
  }
}

/** How many pieces {@link tokenize} makes of a text. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of tokenize(text)) {
    count += 1;
  }
  return count;
}

/** The first end of a grapheme at or after `position`; `start` is one before it. */
function graphemeEnd(text: string, start: number, position: number, segmenter: Intl.Segmenter): number {
  plain.lastIndex = position - 1;
  if (plain.test(text) && text[position] !== '\n') {
    return position;
  }
  // In V8 each question costs as much as its text is long, so it is asked about a part: longer only if a grapheme is.
  for (let reach = position + 32; ; reach += reach - start) {
    const found = segmenter.segment(text.slice(start, reach)).containing(position - start);
    if (found === undefined || found.index === position - start) {
      return position;
    }
    const end = start + found.index + found.segment.length;
    if (end < reach || reach >= text.length) {
      return end;
    }
  }
}
