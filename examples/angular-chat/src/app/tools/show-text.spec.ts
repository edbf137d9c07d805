import { indentJson, showName, showProgress, showText } from './show-text';

describe('showText', () => {
  it.each([
    ['<b>bold</b> & "quoted"', '<b>bold</b> & "quoted"'],
    ['one\r\ntwo\tthree\rfour', 'one\ntwo\tthree\nfour'],
    ['pay \u202Eeno\u202C', 'pay \\u202eeno\\u202c'],
    ['a\u2066b\u2069c\u200Ed\u061Ce\u200Bf\uFEFFg', 'a\\u2066b\\u2069c\\u200ed\\u061ce\\u200bf\\ufeffg'],
    ['\u0000\u001B[31m\u007F\u009B', '\\u0000\\u001b[31m\\u007f\\u009b'],
    ['hidden\u{E0041}\u00AD', 'hidden\\u{e0041}\\u00ad'],
    ['👩‍👩‍👧 שלום', '👩‍👩‍👧 שלום'],
  ])('shows %j as %j', (text, shown) => {
    expect(showText(text)).toEqual({ text: shown, left: 0 });
  });

  it('counts what it leaves out, and keeps surrogate pairs whole', () => {
    expect(showText('abcdef', 4)).toEqual({ text: 'abcd', left: 2 });
    expect(showText('abc👍d', 4)).toEqual({ text: 'abc', left: 3 });
    expect(showText('abc👍d', 5)).toEqual({ text: 'abc👍', left: 1 });
  });
});

describe('showName', () => {
  it('shortens a name that a server made up', () => {
    expect(showName('search_docs')).toBe('search_docs');
    expect(showName('x'.repeat(1_000_000))).toBe(`${'x'.repeat(64)}…`);
  });
});

describe('showProgress', () => {
  const loop: unknown[] = [];
  loop.push(loop);

  it.each([
    ['Reading …', 'Reading …'],
    [{ loaded: 1, total: 2 }, '{"loaded":1,"total":2}'],
    [0, '0'],
    [loop, ''],
  ])('shows a value in one line', (value, shown) => {
    expect(showProgress(value)).toBe(shown);
  });

  it('shortens a long value', () => {
    expect(showProgress('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
  });
});

describe('indentJson', () => {
  it.each([
    ['{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'],
    ['{"a":', '{"a":'],
    ['"text"', '"text"'],
    ['12345678901234567890', '12345678901234567890'],
    ['plain', 'plain'],
    ['', ''],
  ])('turns %j into %j', (text, shown) => {
    expect(indentJson(text)).toBe(shown);
  });

  it('leaves a very long text as it is', () => {
    const text = JSON.stringify(['x'.repeat(10_000)]);
    expect(indentJson(text)).toBe(text);
  });
});
