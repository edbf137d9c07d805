/**
 * Matches up to 12 letters of a word with the white space before it, a run of punctuation, or white space at the end; two
 * characters of scripts that have no spaces between words. Every character matches one alternative, so none is lost.
 */
const piece =
  /\s{0,16}(?:[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]{1,2}|[\p{L}\p{M}\p{N}_]{1,12}|[^\s\p{L}\p{N}_]{1,8})|\s{1,16}/gu;

/**
 * Matches two characters, each of which is a grapheme, unless they are a line end. Saves the segmenter for most text.
 */
const plain = /[\t-~\u00C0-\u02FF\u0370-\u0482\u048A-\u052F\u3041-\u3096\u30A1-\u30FA\u3400-\u9FFF]{2}/y;

/**
 * Splits a text into pieces about the size of a model's tokens, without splitting a grapheme, such as a letter with its
 * accents or a composed emoji.
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

/** Counts the pieces {@link tokenize} splits a text into. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of tokenize(text)) {
    count += 1;
  }
  return count;
}

/** Finds the first end of a grapheme at or after `position`. `start` is an earlier one. */
function graphemeEnd(text: string, start: number, position: number, segmenter: Intl.Segmenter): number {
  plain.lastIndex = position - 1;
  if (plain.test(text) && text[position] !== '\n') {
    return position;
  }
  // In V8 a call takes time in proportion to the segmented text, so segment a part, longer only for a long grapheme.
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
