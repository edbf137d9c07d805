import { EMPTY, from, NEVER, of, take } from 'rxjs';
import { refusalDeltas } from '../../src/operators/text-deltas.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: null, refusal: '' }),
  a: chatChunk({ content: null, refusal: 'I will ' }),
  b: chatChunk({ refusal: 'not.' }),
  f: finishChunk(),
};
const texts = { a: 'I will ', b: 'not.' };

describe('refusalDeltas', () => {
  it('emits the refusal of each chunk that has some', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);
      const sourceSubs = ' ^------!';
      const expected = '   --a-b--|';

      expectObservable(source.pipe(refusalDeltas())).toBe(expected, texts);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('passes an error through after the text before it', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('r-a-#', chunks);
      const expected = '   --a-#';

      expectObservable(source.pipe(refusalDeltas())).toBe(expected, texts);
    });
  });

  it('unsubscribes from its source, and starts again with each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);
      const result = source.pipe(refusalDeltas());

      expectObservable(result, '^--!').toBe('       --a-', texts);
      expectObservable(result, '----^').toBe('      ------a-b--|', texts);
      expectSubscriptions(source.subscriptions).toBe(['^--!', '----^------!']);
    });
  });

  it('emits nothing if the source is empty or never emits', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(refusalDeltas())).toBe('-');
      expectObservable(EMPTY.pipe(refusalDeltas())).toBe('|');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: string[] = [];
    from([chunks.a, chunks.b])
      .pipe(refusalDeltas(), take(1))
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['I will ']);
  });

  it('reads one of several choices, and nothing from text, legacy chunks and usage', () => {
    const seen: string[] = [];
    of(chunks.a, chatChunk({ refusal: 'No' }, { index: 1 }), chatChunk({ content: 'b' }, { index: 1 }))
      .pipe(refusalDeltas(1))
      .subscribe((text) => seen.push(text));
    of(legacyChunk('c'), usageChunk(1, 2))
      .pipe(refusalDeltas())
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['No']);
  });

  it('rejects an invalid choice', () => {
    expect(() => refusalDeltas(-1)).toThrow(new TypeError('choice must be a whole number, 0 or more'));
  });
});
