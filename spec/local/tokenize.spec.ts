import * as fc from 'fast-check';
import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';

describe('a token of the local server', () => {
  const url = useLocalServer();
  /** On a busy machine the server may close an idle connection while the next request begins to use it. */
  const alone = { connection: 'close' };

  async function echo(text: string): Promise<{ readonly pieces: readonly string[]; readonly usage: unknown }> {
    const body = chatBody(text, { stream: true, stream_options: { include_usage: true } });
    const { objects } = await readEvents(await post(`${url()}/chat/completions`, body, alone));
    const deltas = objects.flatMap(({ choices }) => choices as readonly { readonly delta: Fields }[]);
    const contents = deltas.flatMap(({ delta }) => (typeof delta['content'] === 'string' ? [delta['content']] : []));
    // The first chunk has the role and no text.
    return { pieces: contents.slice(1), usage: objects.at(-1)?.['usage'] };
  }

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
  ])('%s', async (_, text, pieces) => {
    const count = pieces.length;

    expect(await echo(text)).toEqual({
      pieces,
      usage: { prompt_tokens: count, completion_tokens: count, total_tokens: 2 * count },
    });
  });

  it('loses no character, and splits no grapheme', async () => {
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
    await fc.assert(
      fc.asyncProperty(text, async (whole) => {
        const { pieces } = await echo(whole);
        const ends = new Set([...segmenter.segment(whole)].map(({ index, segment }) => index + segment.length));
        let end = 0;

        expect(pieces.join('')).toBe(whole);
        expect(pieces.every((piece) => ends.has((end += piece.length)))).toBe(true);
      }),
    );
  });
});
