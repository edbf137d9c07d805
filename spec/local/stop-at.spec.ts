import * as fc from 'fast-check';
import { from, NEVER, range, map, toArray } from 'rxjs';
import type { GenerationEvent } from '../../src/local/answers/generation.js';
import { stopAt } from '../../src/local/answers/stop-at.js';
import { runMarbles } from '../support/run-marbles.js';

describe('stopAt', () => {
  const piece = (text: string): GenerationEvent => ({ type: 'piece', text });
  const events: Record<string, GenerationEvent> = {
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((letter) => [letter, piece(letter)])),
    f: { type: 'finish', reason: 'stop' },
    l: { type: 'finish', reason: 'length' },
  };

  it('ends before a sequence that spans several pieces, and unsubscribes from the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  a-b-c-d-e-|', events);
      const sourceSubs = '   ^-----!';
      const expected = '     a-b---(f|)';

      expectObservable(source.pipe(stopAt(['cd']))).toBe(expected, events);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits pieces as soon as they cannot be the beginning of a sequence', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  a-b-c----a-b---|', events);
      const expected = '     ----(abc)------(ab|)';

      expectObservable(source.pipe(stopAt(['abd']))).toBe(expected, events);
    });
  });

  it('emits the pieces held back before an error, a finish and completion', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-b-#', events).pipe(stopAt(['abc']))).toBe('    ----(ab#)', events);
      expectObservable(cold('a-b-(l|)', events).pipe(stopAt(['abc']))).toBe(' ----(abl|)', events);
    });
  });

  it('emits nothing for a silent source, and unsubscribes from it', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  a-b-', events);
      const unsubscribe = '  ---!';
      const expected = '     a---';

      expectObservable(source.pipe(stopAt(['bc'])), unsubscribe).toBe(expected, events);
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectObservable(NEVER.pipe(stopAt(['a']))).toBe('-');
    });
  });

  it('stops an endless synchronous source', () => {
    const received: GenerationEvent[] = [];
    range(0, Infinity)
      .pipe(
        map((number) => piece(`${number} `)),
        stopAt(['12']),
      )
      .subscribe((event) => received.push(event));

    expect(received).toHaveLength(13);
    expect(received.at(-1)).toEqual(events['f']);
  });

  it.each<[string, string[], string[], string[]]>([
    ['inside a piece', ['one two three'], ['two'], ['one ']],
    ['at the beginning of a piece', ['one', ' two'], [' t'], ['one']],
    ['across three pieces', ['a<', '|en', 'd|>b'], ['<|end|>'], ['a']],
    ['where a false start overlaps the sequence', ['aa', 'ab'], ['aab'], ['a']],
    ['at the first of several sequences', ['one two three'], ['three', 'two'], ['one ']],
    ['before the longer of two sequences with the same end', ['one two'], ['two', 'e two'], ['on']],
    ['with nothing before it', ['', 'one'], ['o'], ['']],
  ])('ends the answer %s', (_, pieces, words, expected) => {
    const received: GenerationEvent[] = [];
    from(pieces.map(piece))
      .pipe(stopAt(words))
      .subscribe((event) => received.push(event));

    expect(received).toEqual([...expected.map(piece), events['f']]);
  });

  it('emits the same text however it is split into pieces', () => {
    const letters = (limits: { minLength?: number; maxLength: number }): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom('a', 'b'), ...limits });
    const pieces = fc.array(letters({ maxLength: 4 }), { maxLength: 12 });
    const words = fc.array(letters({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(pieces, words, (parts, ends) => {
        const text = parts.join('');
        const lengths = Array.from({ length: text.length + 1 }, (_, length) => length);
        const end = lengths.find((length) => ends.some((word) => text.slice(0, length).endsWith(word)));
        const longest = ends
          .filter((word) => text.slice(0, end).endsWith(word))
          .reduce((most, { length }) => Math.max(most, length), 0);
        let received: GenerationEvent[] = [];
        from(parts.map(piece))
          .pipe(stopAt(ends), toArray())
          .subscribe((all) => (received = all));
        const joined = received.map((event) => (event.type === 'piece' ? event.text : '')).join('');

        expect(joined).toBe(end === undefined ? text : text.slice(0, end - longest));
      }),
    );
  });
});
