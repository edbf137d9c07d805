import { concat, from, NEVER, type Observable, of } from 'rxjs';
import { moderated, type ModeratedConfig } from '../../src/index.js';
import { observe } from '../support/observe.js';

/** The texts that a check gets, and those that are emitted, for texts that arrive at once. */
function run(texts: Iterable<string>, config: ModeratedConfig = {}): Record<'checked' | 'emitted', readonly string[]> {
  const checked: string[] = [];
  const { values: emitted } = observe(from(texts).pipe(moderated((text) => checked.push(text) > 0, config)));
  return { checked, emitted };
}

/** The number of characters that are segmented and compared with patterns. */
function lookedAt(work: () => void): number {
  const spies = [jest.spyOn(Intl.Segmenter.prototype, 'segment'), jest.spyOn(RegExp.prototype, 'test')] as const;
  try {
    work();
    return spies.flatMap(({ mock }) => mock.calls).reduce((sum, [text]) => sum + text.length, 0);
  } finally {
    for (const spy of spies) {
      spy.mockRestore();
    }
  }
}

describe('moderated', () => {
  describe('the text of a check', () => {
    it.each<[string, readonly string[], readonly string[]]>([
      ['a sentence in one piece', ['One. Two. Six'], ['One. ', 'Two. ', 'Six']],
      ['sentences cut anywhere', 'One. Two! Six? Ten'.split(''), ['One. ', 'Two! ', 'Six? ', 'Ten']],
      ['a number that grows', ['It is 3.', '5 m. ', 'So'], ['It is 3.5 m. ', 'So']],
      ['a bracket that may go on', ['Say no. (', 'not yes)'], ['Say no. (not yes)']],
      ['a bracket that begins a sentence', ['Say no. (', 'Not yes)'], ['Say no. ', '(Not yes)']],
      ['an abbreviation', ['Say e.g. ', 'this. ', 'Or that'], ['Say e.g. this. ', 'Or that']],
      ['blank lines and what they precede', ['\n', '\n\n', ' \n', 'So. ', 'Bye'], ['\n\n\n \nSo. ', 'Bye']],
      ['lines and paragraphs', ['\n\nTitle\n', '\nText\n1. ', 'One'], ['\n\nTitle\n', '\nText\n', '1. ', 'One']],
      ['a number that pieces split', ['It is 555-0', '1', '23 now. ', 'Bye'], ['It is 555-0123 now. ', 'Bye']],
      ['words without added spaces', ['I am ass', 'isting', ' you. ', 'Bye'], ['I am assisting you. ', 'Bye']],
      ['a heading with its value', ['Authorization: ', 'Basic dXNl== ', 'Bye'], ['Authorization: Basic dXNl== Bye']],
      ['Chinese', ['你好。', '世界！好', '。」再见'], ['你好。', '世界！', '好。」', '再见']],
    ])('is %s', (_what, texts, expected) => {
      expect(run(texts, { context: 0 })).toEqual({ checked: expected, emitted: expected });
    });

    it('is 400 characters at most before a sentence ends, after up to 200 before it', () => {
      const text = Array.from({ length: 500 }, (_, place) => place % 10).join('');

      expect(run(text)).toEqual(run([text]));
      expect(run([text])).toEqual({
        checked: [text.slice(0, 400), text.slice(200)],
        emitted: [text.slice(0, 400), text.slice(400)],
      });
    });

    it('has the context that is asked for', () => {
      expect(run(['abcdefgh'], { window: 2, context: 3 }).checked).toEqual(['ab', 'abcd', 'bcdef', 'defgh']);
      expect(run(['abcdefgh'], { window: 2, context: Infinity }).checked).toEqual(['ab', 'abcd', 'abcdef', 'abcdefgh']);
    });

    it('has text before it that has not passed yet', () => {
      const checked: string[] = [];
      const check = (text: string): Observable<never> => {
        checked.push(text);
        return NEVER;
      };
      observe(concat(of('One. Two. Six. '), NEVER).pipe(moderated(check)));

      expect(checked).toEqual(['One. ', 'One. Two. ']);
    });

    it.each([
      [3, 2, ['ab', '😀c', 'd😀', '😀']],
      [1, 1, ['a', 'b', '😀', 'c', 'd', '😀', '😀']],
    ])('does not split a surrogate pair (window %i, context %i)', (window, context, emitted) => {
      for (const texts of [['ab😀cd😀😀'], 'ab😀cd😀😀'.split('')]) {
        const seen = run(texts, { window, context });

        expect(seen.emitted).toEqual(emitted);
        expect(seen.checked.filter((text) => /^[\udc00-\udfff]|[\ud800-\udbff]$/u.test(text))).toEqual([]);
      }
    });

    it('is half of a surrogate pair if the answer ends with it', () => {
      expect(run(['a\ud83d'], { window: 1 }).emitted).toEqual(['a', '\ud83d']);
    });

    it('may be as long as its sentence', () => {
      const sentence = `So${' so'.repeat(2000)}. `;

      expect(run([sentence, sentence, 'End'], { window: Infinity }).checked).toHaveLength(3);
    });
  });

  describe('the work per character does not grow with the answer', () => {
    it.each<[string, string, number, ModeratedConfig]>([
      ['sentences in small pieces', 'One of many sentences. Another one! ', 4, {}],
      ['sentences in one piece', 'One of many sentences. Another one! ', Infinity, {}],
      ['text without an end in small pieces', 'word ', 4, {}],
      ['text without an end in one piece', 'word ', Infinity, {}],
      ['abbreviations in small pieces, however long the window is', 'e.g. so ', 4, { window: Infinity }],
      ['abbreviations in one piece, however long the window is', 'e.g. so ', Infinity, { window: Infinity }],
      ['blank lines in small pieces', '\n', 4, { window: Infinity }],
    ])('for %s', (_what, part, size, config) => {
      const work = (length: number): number => {
        const text = part.repeat(length / part.length);
        const pieces = Array.from({ length: Math.ceil(length / size) || 1 }, (_, place) =>
          text.slice(place * Math.min(size, length), (place + 1) * size),
        );
        return lookedAt(() => {
          expect(run(pieces, config).emitted.join('')).toBe(text);
        });
      };

      expect(work(16_000) / work(4000)).toBeLessThan(4.2);
    });
  });
});
