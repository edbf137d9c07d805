import { EMPTY, from, NEVER, of, take } from 'rxjs';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: '' }),
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'lo' }),
  f: finishChunk(),
};

describe('textDeltas', () => {
  it('emits the text of each chunk that has some', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);
      const sourceSubs = ' ^------!';
      const expected = '   --a-b--|';

      expectObservable(source.pipe(textDeltas())).toBe(expected, { a: 'Hel', b: 'lo' });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('passes an error through after the text before it', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('r-a-#', chunks);
      const expected = '   --a-#';

      expectObservable(source.pipe(textDeltas())).toBe(expected, { a: 'Hel' });
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);
      const unsub = '      ---!';
      const sourceSubs = ' ^--!';
      const expected = '   --a-';

      expectObservable(source.pipe(textDeltas()), unsub).toBe(expected, { a: 'Hel' });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits nothing if the source is empty or never emits', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(textDeltas())).toBe('-');
      expectObservable(EMPTY.pipe(textDeltas())).toBe('|');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: string[] = [];
    from([chunks.a, chunks.b])
      .pipe(textDeltas(), take(1))
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['Hel']);
  });

  it('reads one of several choices, even if a chunk has several parts of it', () => {
    const both = { choices: [...chatChunk({ content: 'a' }, { index: 1 }).choices, ...chunks.a.choices] };
    const twice = { choices: [...chunks.a.choices, ...chunks.b.choices] };
    const seen: string[] = [];
    from([both, twice])
      .pipe(textDeltas(1))
      .subscribe((text) => seen.push(text));
    of(twice)
      .pipe(textDeltas())
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['a', 'Hello']);
  });

  it.each([
    ['legacy text', legacyChunk('old'), 'old'],
    [
      'text parts, without the thinking between them',
      chatChunk({
        content: [
          { type: 'text', text: 'a' },
          { type: 'thinking', thinking: [{ type: 'text', text: 'no' }] },
          { type: 'text', text: 'b' },
        ],
      }),
      'ab',
    ],
    ['nothing for null content', chatChunk({ content: null }), undefined],
    ['nothing for reasoning', chatChunk({ content: '', reasoning_content: 'hm' }), undefined],
    ['nothing for usage', usageChunk(1, 2), undefined],
  ])('reads %s', (_title, chunk, expected) => {
    let seen: string | undefined;
    of(chunk)
      .pipe(textDeltas())
      .subscribe((text) => (seen = text));

    expect(seen).toBe(expected);
  });

  it.each([-1, 0.5, NaN, Infinity])('rejects choice %d', (choice) => {
    expect(() => textDeltas(choice)).toThrow(new TypeError('choice must be a whole number, 0 or more'));
  });
});
