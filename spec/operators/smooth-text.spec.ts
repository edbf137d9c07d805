import {
  asyncScheduler,
  concat,
  concatMap,
  EMPTY,
  from,
  interval,
  map,
  NEVER,
  noop,
  of,
  Subject,
  take,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { smoothText, type SmoothTextConfig } from '../../src/operators/smooth-text.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const quick = { interval: 2, maxLag: 8 };
const values = {
  a: 'one two three ',
  b: 'four',
  x: 'one ',
  y: 'two ',
  z: 'three ',
  r: 'two three ',
  w: 'one two ',
  s: 'two three four',
};

/** The emissions for texts that all arrive at once, and for those after them. */
function emitted(texts: readonly string[], config: SmoothTextConfig, ending: Observable<never> = NEVER): string[] {
  const seen: string[] = [];
  runMarbles(() => {
    const subscription = concat(from(texts), ending)
      .pipe(smoothText(config))
      .subscribe((text) => seen.push(text));
    asyncScheduler.schedule(() => subscription.unsubscribe(), 100_000);
  });
  return seen;
}

describe('smoothText', () => {
  it('spreads a burst over maxLag', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  a---------b-|', values);
      const sourceSubs = '   ^-----------!';
      const expected = '     x-y-z-------(b|)';

      expectObservable(source.pipe(smoothText(quick))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('joins units if one at a time would be too slow', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  a|', values);
      const expected = '     w---(z|)';

      expectObservable(source.pipe(smoothText({ interval: 4, maxLag: 4 }))).toBe(expected, values);
    });
  });

  it('never emits before the source does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ------');
      const unsubscribe = '  -----!';
      const sourceSubs = '   ^----!';
      const expected = '     ------';

      expectObservable(source.pipe(smoothText()), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it.each(['--|', '--#'])('completes if the source is empty: %s', (source) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold(source).pipe(smoothText())).toBe(source);
    });
  });

  it('completes with the source if no text is pending, without waiting for the pause', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-x|', values).pipe(smoothText())).toBe('-x|', values);
    });
  });

  it('paces pending text when the source completes', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a|', values);
      const sourceSubs = '   ^-!';
      const expected = '     -x-y-(z|)';

      expectObservable(source.pipe(smoothText(quick))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits pending text at once when the source completes, with flush', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -(ab)|', values);
      const expected = '     -x---(s|)';

      expectObservable(source.pipe(smoothText({ interval: 5, flush: true }))).toBe(expected, values);
    });
  });

  it('emits pending text at once before an error', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a#', values);
      const sourceSubs = '   ^-!';
      const expected = '     -x(r#)';

      expectObservable(source.pipe(smoothText(quick))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('drops pending values when it is unsubscribed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a---------a-|', values);
      const unsubscribe = '  ----!';
      const sourceSubs = '   ^---!';
      const expected = '     -x-y----------';

      expectObservable(source.pipe(smoothText(quick)), unsubscribe).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('keeps subscriptions apart', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a|', values);
      const result = source.pipe(smoothText(quick));

      expectObservable(result, '  ^  ').toBe('-x-y-(z|)', values);
      expectObservable(result, '  --^').toBe('---x-y-(z|)', values);
      expectSubscriptions(source.subscriptions).toBe(['^-!', '--^-!']);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a ', 'b ', 'c ']).pipe(tap((text) => asked.push(text)));
    const scheduler = watchScheduler();

    source.pipe(smoothText({ scheduler }), take(1)).subscribe();

    expect(asked).toEqual(['a ']);
    expect(scheduler.waiting).toBe(0);
  });

  it('holds back text that arrives while it emits', () => {
    runMarbles(({ flush }) => {
      const source = new Subject<string>();
      const seen: unknown[] = [];

      source.pipe(smoothText(quick)).subscribe((text) => {
        seen.push([asyncScheduler.now(), text]);
        if (text === 'one ') {
          source.next('two ');
          source.complete();
        }
      });
      source.next('one ');
      flush();

      expect(seen).toEqual([
        [0, 'one '],
        [2, 'two '],
      ]);
    });
  });

  it.each([
    ['completion', EMPTY],
    ['an error', throwError(() => new Error('broken'))],
  ])('leaves no timer after %s', (_, ending) => {
    const scheduler = watchScheduler();
    const waiting: number[] = [];
    runMarbles(() => {
      concat(of('one two three'), ending)
        .pipe(smoothText({ scheduler }))
        .subscribe({ error: noop })
        .add(() => asyncScheduler.schedule(() => waiting.push(scheduler.waiting)));
    });

    expect(waiting).toEqual([0]);
  });

  it('sets no timer while no text is pending', () => {
    const scheduler = watchScheduler();
    const waiting: number[] = [];
    runMarbles(({ cold }) => {
      const subscription = cold('a 999ms a', { a: 'one ' }).pipe(smoothText({ scheduler })).subscribe();

      asyncScheduler.schedule(() => waiting.push(scheduler.waiting), 500);
      asyncScheduler.schedule(() => subscription.unsubscribe(), 2000);
    });

    expect(waiting).toEqual([0]);
    expect(scheduler.scheduled).toBe(2);
  });

  it('emits everything at once if maxLag is 0', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -(aaa)-(aa)|', { a: 'one' });
      const expected = '     -(ax)--(aa)|';

      expectObservable(source.pipe(smoothText({ maxLag: 0 }))).toBe(expected, { a: 'one', x: 'oneone' });
    });
  });

  describe('an incomplete unit', () => {
    it('waits for the next one', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('  a--b--c--|', { a: 'Hel', b: 'lo,', c: ' world' });
        const expected = '     ------x--(y|)';

        expectObservable(source.pipe(smoothText(quick))).toBe(expected, { x: 'Hello, ', y: 'world' });
      });
    });

    it('is emitted as it is after maxLag', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('  a---b---------------c-|', { a: 'Hel', b: 'lo', c: ' world ' });
        const expected = '     --------x-----------y-|';

        expectObservable(source.pipe(smoothText(quick))).toBe(expected, { x: 'Hello', y: ' world ' });
      });
    });

    it('is emitted early if its deadline is within the next pause', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('  a-------------|', { a: 'one tw' });
        const expected = '     x----y--------|';

        expectObservable(source.pipe(smoothText({ interval: 5, maxLag: 8 }))).toBe(expected, { x: 'one ', y: 'tw' });
      });
    });

    it('is never half a surrogate pair', () => {
      const [high, low] = ['\uD83D', '\uDE00'];
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('  a--------------b------------h|', { a: high, b: `${low} `, h: high });
        const expected = '     ---------------x-------------(h|)';

        expectObservable(source.pipe(smoothText(quick))).toBe(expected, { x: '😀 ', h: high });
      });
    });

    it('is limited in length', () => {
      const seen = emitted(
        Array.from({ length: 4000 }, () => '0a'),
        { maxLag: 100 },
      );

      expect(seen.length).toBeGreaterThan(5);
      expect(seen.join('')).toBe('0a'.repeat(4000));
    });
  });

  describe('units', () => {
    // The interval is short enough to emit each unit separately; the texts are cut anywhere.
    const slow = { interval: 1, maxLag: 10_000 };

    it.each([
      [
        'with its punctuation and whitespace',
        'He said:\n\n“Don’t (ever) pay $3.14!” ',
        ['He ', 'said:\n\n', '“Don’t ', '(ever) ', 'pay ', '$3.14!” '],
      ],
      ['in Markdown', '# A **bold** [link](x)', ['# ', 'A ', '**bold** ', '[link](', 'x)']],
      ['in Chinese, without a space', '你好世界。今天', ['你好', '世界。', '今天']],
      ['in Japanese', '「東京」の大学。', ['「東京」', 'の', '大学。']],
      ['in Thai', 'สวัสดีครับ', ['สวัสดี', 'ครับ']],
      ['made of emoji', '👩‍💻🇩🇪🇫🇷 ok', ['👩‍💻', '🇩🇪', '🇫🇷 ', 'ok']],
    ])('are words %s', (_, text, words) => {
      expect(emitted([text], slow, EMPTY)).toEqual(words);
    });

    it('are graphemes, wherever the text is cut', () => {
      const graphemes = ['e\u0301', '👩‍👩‍👧', '🇩🇪', '🇫🇷', '👍🏽', '각', 'ก็', '\r\n', 'x'];

      expect(emitted(graphemes.join('').split(''), { ...slow, unit: 'grapheme' }, EMPTY)).toEqual(graphemes);
    });

    it('are lines with their line feed', () => {
      const lines = ['one two\n', '\n', 'three\r\n', 'four'];

      expect(emitted(lines.join('').split(''), { ...slow, unit: 'line' }, EMPTY)).toEqual(lines);
    });

    it('are split if they are too long, but not within a grapheme', () => {
      const text = `${'x'.repeat(511)}e\u0301${'x'.repeat(510)}😀${'e\u0301'.repeat(300)}`;
      const seen = emitted([text], slow, EMPTY);

      expect(seen.length).toBeGreaterThan(2);
      expect(seen.join('')).toBe(text);
      seen.forEach((part) => expect(part).toMatch(/^[^\u0301\uDC00-\uDFFF]/u));
    });
  });

  it.each([
    ['in one piece', [`${'x'.repeat(9)} `.repeat(50_000)]],
    ['in small pieces', Array.from({ length: 100_000 }, () => 'xxxx ')],
    ['without the end of a word', Array.from({ length: 100_000 }, () => 'xxxxx')],
  ])('emits half a million characters at once, %s, within maxLag', (_, texts) => {
    const seen = emitted(texts, { interval: 16, maxLag: 400 }, EMPTY);

    expect(seen).toHaveLength(26);
    expect(seen.join('')).toBe(texts.join(''));
  });

  describe('a burst of 4,000 words', () => {
    const words = Array.from({ length: 4000 }, (_, index) => `word${index} `);

    interface Seen {
      readonly at: number;
      readonly text: string;
    }

    /** The emissions and their virtual times. */
    function timesOf(source: Observable<string>): readonly Seen[] {
      const seen: Seen[] = [];
      runMarbles(() => {
        source.subscribe((text) => seen.push({ at: asyncScheduler.now(), text }));
      });
      return seen;
    }

    /** The maximum delay of a character. */
    function lagOf(came: readonly Seen[], shown: readonly Seen[]): number {
      const timeOfEach = (seen: readonly Seen[]): readonly number[] =>
        seen.flatMap(({ at, text }) => Array.from(text, () => at));
      const arrivals = timeOfEach(came);
      return timeOfEach(shown).reduce((max, at, index) => Math.max(max, at - arrivals[index]!), 0);
    }

    const sources: readonly (readonly [string, Observable<string>])[] = [
      ['at once', from(words)],
      ['in one piece', of(words.join(''))],
      [
        'within two seconds',
        interval(1).pipe(
          take(2000),
          map((index) => words.slice(2 * index, 2 * index + 2).join('')),
        ),
      ],
    ];

    it.each(sources)('is delayed by maxLag at most if it arrives %s', (_, source) => {
      const came = timesOf(source);
      const shown = timesOf(source.pipe(smoothText({ maxLag: 400, interval: 16 })));

      expect(shown.map(({ text }) => text).join('')).toBe(words.join(''));
      expect(lagOf(came, shown)).toBeLessThanOrEqual(400);
      expect(shown.at(-1)!.at).toBeLessThanOrEqual(came.at(-1)!.at + 400);
      // Evenly: no emission is much larger than the others.
      const gaps = shown.slice(1).map(({ at }, index) => at - shown[index]!.at);
      expect(Math.min(...gaps)).toBe(16);
      const lengths = shown.map(({ text }) => text.length);
      expect(Math.max(...lengths)).toBeLessThan(1.5 * (words.join('').length / shown.length));
    });

    it('would be delayed by 40 seconds at 10 ms per word', () => {
      const source = from(words);
      const paced = source.pipe(concatMap((word) => concat(of(word), timer(10).pipe(concatMap(() => EMPTY)))));

      expect(lagOf(timesOf(source), timesOf(paced))).toBe(39_990);
      expect(lagOf(timesOf(source), timesOf(source.pipe(smoothText())))).toBe(400);
    });
  });

  it.each([
    [{ maxLag: -1 }, 'maxLag must be a finite number of milliseconds, 0 or more, not -1'],
    [{ maxLag: Infinity }, 'maxLag must be a finite number'],
    [{ interval: NaN }, 'interval must be a finite number'],
    [{ interval: '16' }, 'interval must be a finite number'],
    [{ unit: 'sentence' }, "unit must be 'word', 'line' or 'grapheme', not 'sentence'"],
    [{ unit: 5 }, "unit must be 'word', 'line' or 'grapheme', not 5"],
    [{ locale: 'no such language' }, "locale must be a language tag such as 'ja' or 'en-GB'"],
    [{ locale: 1 }, 'locale must be a language tag'],
    [{ flush: 1 }, 'flush must be true or false, not 1'],
    [10, 'The configuration of smoothText must be an object'],
  ])('rejects %p', (config, message) => {
    expect(() => smoothText(config as SmoothTextConfig)).toThrow(TypeError);
    expect(() => smoothText(config as SmoothTextConfig)).toThrow(message);
  });

  it.each(['key-4711', 'word\nline', '', 'a'.repeat(21)])(
    'shows at most a short word of an invalid value: %j',
    (unit) => {
      const mistake = new TypeError("unit must be 'word', 'line' or 'grapheme'");

      expect(() => smoothText({ unit } as unknown as SmoothTextConfig)).toThrow(mistake);
    },
  );
});
