import { EMPTY, from, NEVER, of, take } from 'rxjs';
import { reasoningDeltas } from '../../src/operators/text-deltas.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: '', reasoning_content: null }),
  a: chatChunk({ content: null, reasoning_content: 'I ' }),
  b: chatChunk({ content: null, reasoning_content: 'see' }),
  c: chatChunk({ content: 'Hello' }),
  f: finishChunk(),
};
const texts = { a: 'I ', b: 'see' };

describe('reasoningDeltas', () => {
  it('emits the reasoning of each chunk that has some', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-c-f|', chunks);
      const sourceSubs = ' ^--------!';
      const expected = '   --a-b----|';

      expectObservable(source.pipe(reasoningDeltas())).toBe(expected, texts);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('passes an error through after the reasoning before it', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('r-a-#', chunks);
      const expected = '   --a-#';

      expectObservable(source.pipe(reasoningDeltas())).toBe(expected, texts);
    });
  });

  it('unsubscribes from its source, and starts again with each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-c-f|', chunks);
      const result = source.pipe(reasoningDeltas());

      expectObservable(result, '^--!').toBe('       --a-', texts);
      expectObservable(result, '----^').toBe('      ------a-b----|', texts);
      expectSubscriptions(source.subscriptions).toBe(['^--!', '----^--------!']);
    });
  });

  it('emits nothing if the source is empty or never emits', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(reasoningDeltas())).toBe('-');
      expectObservable(EMPTY.pipe(reasoningDeltas())).toBe('|');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: string[] = [];
    from([chunks.a, chunks.b])
      .pipe(reasoningDeltas(), take(1))
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['I ']);
  });

  it.each([
    ['reasoning_content', { reasoning_content: 'a' }, 'a'],
    ['reasoning', { reasoning: 'a' }, 'a'],
    ['text sent under both names once', { reasoning_content: 'a', reasoning: 'a' }, 'a'],
    ['details alone', { reasoning_details: [{ text: 'a' }, { summary: 'b' }, { data: 'x' }] }, 'ab'],
    ['details only once if their text is repeated', { reasoning: 'a', reasoning_details: [{ text: 'a' }] }, 'a'],
    [
      'thinking parts in a list of content',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] },
          { type: 'text', text: 'no' },
        ],
      },
      'a',
    ],
    ['nothing for text', { content: 'a' }, undefined],
    ['nothing for empty reasoning', { reasoning_content: '', reasoning: null }, undefined],
  ])('reads %s', (_title, delta, expected) => {
    let seen: string | undefined;
    of(chatChunk(delta))
      .pipe(reasoningDeltas())
      .subscribe((text) => (seen = text));

    expect(seen).toBe(expected);
  });

  it('reads one of several choices, and nothing from legacy chunks and usage', () => {
    const seen: string[] = [];
    of(chunks.a, chatChunk({ reasoning: 'b' }, { index: 1 }), legacyChunk('c', null, 1), usageChunk(1, 2))
      .pipe(reasoningDeltas(1))
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['b']);
  });

  it('rejects an invalid choice', () => {
    expect(() => reasoningDeltas(-1)).toThrow(new TypeError('choice must be a whole number, 0 or more'));
  });
});
