import { isDeepStrictEqual } from 'node:util';
import { LimitError } from '../../src/errors/limit-error.js';
import { JsonReader } from '../../src/json/json-reader.js';
import { JsonWriter } from './json-writer.js';
import { isFrozen, sharesParts } from './snapshots.js';

/** The snapshots after each of the pieces, and the whole value. */
function read(...pieces: readonly string[]): { readonly shown: readonly unknown[]; readonly whole: unknown } {
  const reader = new JsonReader();
  const shown = pieces.map((piece) => {
    reader.push(piece);
    return reader.snapshot();
  });
  return { shown, whole: reader.finish() };
}

/** The last snapshot of a text that has not ended. */
function shownOf(text: string): unknown {
  return read(text).shown[0];
}

/** What is shown of the start of a JSON text: the longest part of it that parses once its strings and containers are closed. */
function expectedOf(start: string): unknown {
  const json = start.replace(/^\s*```[^\n]*(?:\n|$)/u, '').replace(/^\s*`+$/u, '');
  const settled = closersOf(json).startsWith('"') ? json : json.replace(/(?<![a-z])[\d.eE+-]+$/u, '');
  let waits = false;
  for (let end = settled.length; end > 0; end -= 1) {
    const shown = settled.slice(0, end);
    const closers = closersOf(shown);
    const isHalf = /(?:[\ud800-\udbff]|(?<!\\)(?:\\\\)*\\u[dD][89abAB][\da-fA-F]{2})$/.test(shown);
    if (closers.startsWith('"') && isHalf && !waits) {
      waits = true;
    } else {
      try {
        return JSON.parse(shown + closers) as unknown;
      } catch {
        // A shorter start may parse.
      }
    }
  }
  return undefined;
}

/** The characters that close the strings and containers that are open at the end of a text. */
function closersOf(start: string): string {
  const outside = start.replace(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gsu, (text) =>
    /^"(?:[^"\\]|\\.)*"$/su.test(text) ? '' : '"',
  );
  let closers = '';
  for (const character of outside) {
    if (character === '}' || character === ']') {
      closers = closers.slice(1);
    } else if ('{["'.includes(character)) {
      closers = (character === '{' ? '}' : character === '[' ? ']' : character) + closers;
    }
  }
  return closers;
}

/** Reads a document in pieces, and returns what is wrong with the first wrong snapshot. */
function problemOf(pieces: readonly string[], hasDuplicates: boolean): string | undefined {
  const reader = new JsonReader();
  let text = '';
  let before: unknown;
  for (const piece of pieces) {
    text += piece;
    reader.push(piece);
    const shown = reader.snapshot();
    const problem = !isDeepStrictEqual(shown, expectedOf(text))
      ? 'wrong'
      : !isFrozen(shown)
        ? 'not frozen'
        : !hasDuplicates && !sharesParts(before, shown)
          ? 'copied'
          : undefined;
    if (problem !== undefined) {
      return `${problem} after ${JSON.stringify(text)}: ${JSON.stringify(shown)}`;
    }
    before = shown;
  }
  const whole = JSON.parse(text.replace(/^\s*```.*\n|```\s*$/gu, '')) as unknown;
  return isDeepStrictEqual(reader.finish(), whole) && isFrozen(reader.finish()) ? undefined : `no end of ${text}`;
}

describe('reading JSON in pieces', () => {
  it.each([false, true])('shows the start of 1,000 documents, cut anywhere (duplicate keys: %s)', (hasDuplicates) => {
    const problems = Array.from({ length: 1000 }, (_, seed) => {
      const writer = new JsonWriter(seed, hasDuplicates);
      return problemOf(writer.cut(writer.document()), hasDuplicates);
    });

    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['', undefined],
    ['"', ''],
    ['"a\\', 'a'],
    ['"a\\u00', 'a'],
    ['"a\\ud83d', 'a'],
    ['"a\\ud83d\\ude0', 'a'],
    ['"a\ud83d', 'a'],
    ['"a\ud83db', 'a\ud83db'],
    ['12', undefined],
    ['12 ', 12],
    ['tru', undefined],
    ['[', []],
    ['[1', []],
    ['[1,', [1]],
    ['[true', [true]],
    ['{"a', {}],
    ['{"a":', {}],
    ['{"a":"', { a: '' }],
    ['{"a":{"b":[', { a: { b: [] } }],
    ['{"a":1,"a":"x', { a: 'x' }],
    ['```json', undefined],
    [' ```json\n["a', ['a']],
    ['```json\n["```js``` and more"]\n```', ['```js``` and more']],
    ['["a", oops', ['a']],
  ])('shows of %j', (text, expected) => {
    expect(shownOf(text)).toEqual(expected);
  });

  it.each([
    ...[
      '',
      ' ',
      'text',
      '"',
      '"\n"',
      '"\\x"',
      '"\\u12g4"',
      '01',
      '1.',
      '-',
      '.5',
      '+1',
      '1e',
      '1-2',
      'tru',
      'truex',
      'nul ',
    ],
    ...[
      '[',
      '[1,]',
      '[,1]',
      '[1 2]',
      '[}',
      '{]',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{a:1}',
      '{1:1}',
      '[]]',
      '[] 1',
      '1 2',
      '"a""b"',
    ],
    ...[
      '```json\n[]',
      '```json\n[]``',
      '```\n[]``` x',
      '```\n[]``````',
      '[]```',
      '``\n[]```',
      '` ``\n[]```',
      '```[]```',
    ],
  ])('gives no value for %j', (text) => {
    expect(read(text).whole).toBeUndefined();
    expect(read(...text.split('')).whole).toBeUndefined();
  });

  it('keeps a key named __proto__ an own property', () => {
    const { shown, whole } = read('{"__proto__":{"a":"b', '"}}');

    expect(Object.entries(shown[0] as object)).toEqual([['__proto__', { a: 'b' }]]);
    expect(Object.getPrototypeOf(whole)).toBe(Object.prototype);
    expect(Object.entries(whole as object)).toEqual([['__proto__', { a: 'b' }]]);
  });

  it('shows the same value while nothing changes', () => {
    const { shown, whole } = read('{"a":["b"', ']', ', "c', '": ', 'tru', 'e}', '\n');

    expect(new Set(shown.slice(0, 5)).size).toBe(1);
    expect(shown[5]).toEqual({ a: ['b'], c: true });
    expect(shown[6]).toBe(shown[5]);
    expect(whole).toBe(shown[5]);
  });

  it.each(['[', '{"a":'])('allows 128 open containers of %s', (opener) => {
    expect(read(opener.repeat(127), '[', '"a"', ']', (opener === '[' ? ']' : '}').repeat(127)).whole).toBeDefined();
    expect(() => read(...Array.from({ length: 129 }, () => opener))).toThrow(LimitError);
  });

  it('counts only open containers', () => {
    expect(read(`[${'[],'.repeat(500)}[]]`).whole).toHaveLength(501);
  });

  it.each(['list', 'object'])('shows a large %s in steps of an eighth, and whole when it closes', (kind) => {
    const members = Array.from({ length: 3000 }, (_, place) => (kind === 'list' ? '["a"],' : `"${place}":["a"],`));
    const [opener, closer, last] = kind === 'list' ? ['[', ']', '["a"]'] : ['{', '}', '"last":["a"]'];
    const { shown, whole } = read(`{"large":${opener}`, ...members, last, closer, '}');
    const sizes = shown.map((value) => Object.keys((value as { large: object }).large).length);

    expect([...new Set(sizes)].filter((size) => size >= 1023)).toEqual([
      1023, 1024, 1152, 1296, 1458, 1641, 1847, 2078, 2338, 2631, 2960, 3001,
    ]);
    expect(Object.keys((whole as { large: object }).large)).toHaveLength(3001);
  });

  it('shows what grows in the last member of a large list with its next step only', () => {
    const { shown } = read(`[${'0,'.repeat(1023)}`, '{"a":"', 'b', 'c"},', '{"a":"', 'd');
    const lasts = shown.map((value) => (value as unknown[]).at(-1));

    expect(lasts).toEqual([0, { a: '' }, { a: 'b' }, { a: 'bc' }, { a: 'bc' }, { a: 'bc' }]);
  });
});
