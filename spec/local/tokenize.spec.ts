import * as fc from 'fast-check';
import { countTokens, tokenize } from '../../src/local/tokenize.js';

describe('tokenize', () => {
  it.each([
    ['keeps a word with the space before it', 'Hello, big world', ['Hello', ',', ' big', ' world']],
    ['keeps identifiers whole', 'a snake_case', ['a', ' snake_case']],
    ['splits long words', 'internationalisation', ['internationa', 'lisation']],
    ['keeps punctuation together', 'pipe(map(() => {}));', ['pipe', '(', 'map', '(()', ' =>', ' {}));']],
    ['keeps a line end with the word after it', 'one\n\ntwo\r\n', ['one', '\n\ntwo', '\r\n']],
    ['does not split a line end', `${' '.repeat(15)}\r\n`, [`${' '.repeat(15)}\r\n`]],
    ['splits scripts without spaces into pairs', '日本語です。', ['日本', '語で', 'す', '。']],
    ['keeps accents with their letter', 'e\u0301te\u0301', ['e\u0301te\u0301']],
    ['keeps composed emoji whole', 'a 👩‍👩‍👧‍👦👍🏽🇫🇷', ['a', ' 👩‍👩‍👧‍👦👍🏽', '🇫🇷']],
    ['keeps a hundred accents with their letter', `a${'\u0301'.repeat(100)}b`, [`a${'\u0301'.repeat(100)}`, 'b']],
    ['splits empty text into no pieces', '', []],
  ])('%s', (_, text, pieces) => {
    expect([...tokenize(text)]).toEqual(pieces);
  });

  it('loses no character, and splits no grapheme', () => {
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
});

describe('countTokens', () => {
  it('counts the pieces of tokenize', () => {
    expect(countTokens('Hello, big world')).toBe(4);
    expect(countTokens('')).toBe(0);
  });
});
