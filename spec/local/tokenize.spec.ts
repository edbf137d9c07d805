import * as fc from 'fast-check';
import { countTokens, tokenize } from '../../src/local/tokenize.js';

describe('tokenize', () => {
  it.each([
    ['words together with the space before them', 'Hello, big world', ['Hello', ',', ' big', ' world']],
    ['identifiers as one piece', 'a snake_case', ['a', ' snake_case']],
    ['long words into parts', 'internationalisation', ['internationa', 'lisation']],
    ['runs of punctuation', 'pipe(map(() => {}));', ['pipe', '(', 'map', '(()', ' =>', ' {}));']],
    ['line ends together with the word after them', 'one\n\ntwo\r\n', ['one', '\n\ntwo', '\r\n']],
    ['before a line end rather than inside it', `${' '.repeat(15)}\r\n`, [`${' '.repeat(15)}\r\n`]],
    ['scripts without spaces into pairs', '日本語です。', ['日本', '語で', 'す', '。']],
    ['accents together with their letter', 'e\u0301te\u0301', ['e\u0301te\u0301']],
    ['composed emoji as one piece', 'a 👩‍👩‍👧‍👦👍🏽🇫🇷', ['a', ' 👩‍👩‍👧‍👦👍🏽', '🇫🇷']],
    ['a letter together with a hundred accents', `a${'\u0301'.repeat(100)}b`, [`a${'\u0301'.repeat(100)}`, 'b']],
    ['empty text into nothing', '', []],
  ])('splits %s', (_, text, pieces) => {
    expect([...tokenize(text)]).toEqual(pieces);
  });

  it('keeps every character, and splits no grapheme', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const graphemes = fc.constantFrom(
      'a',
      ' ',
      '\r',
      '\n',
      '\u0301',
      '👩',
      '\u200D',
      '🇫',
      '1\uFE0F\u20E3',
      '\uD83D',
      '\u0915\u094D',
      '.',
      '語',
      'か\u3099',
      'я\u0483',
      'é',
      '\u0600',
      '각',
      '\u1100',
    );
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: graphemes, maxLength: 60 }));
    fc.assert(
      fc.property(text, (whole) => {
        const pieces = [...tokenize(whole)];
        const ends = new Set([...segmenter.segment(whole)].map(({ index, segment }) => index + segment.length));
        let end = 0;

        expect(pieces.join('')).toBe(whole);
        expect(pieces.every((piece) => ends.has((end += piece.length)))).toBe(true);
      }),
    );
  });

  it('is counted by countTokens', () => {
    expect(countTokens('Hello, big world')).toBe(4);
    expect(countTokens('')).toBe(0);
  });
});
