import { from } from 'rxjs';
import { toLines } from '../../src/cli/terminal/to-lines.js';
import { countWork } from '../support/count-work.js';
import { runMarbles } from '../support/run-marbles.js';

describe('splitting a text into lines', () => {
  const values = { a: 'one\ntw', b: 'o', c: '\n\nthree\r', d: '\n', x: 'one', y: 'two', z: 'three', e: '' };

  it('emits each line once it is complete, the last one at the end', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b--|   ', values);
      const sourceSubs = '   ^-----!   ';
      const expected = '     -x----(y|)';

      expectObservable(source.pipe(toLines())).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('keeps empty lines, and accepts LF and CRLF', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -a-b-c---d|', values);
      const expected = '     -x---(ye)z|';

      expectObservable(source.pipe(toLines())).toBe(expected, values);
    });
  });

  it('emits an unfinished last line before an error', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -a-b-#   ', values);
      const expected = '     -x---(y#)';

      expectObservable(source.pipe(toLines())).toBe(expected, values);
    });
  });

  it('emits nothing for an empty text', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(toLines())).toBe('--|');
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   -b----', values);
      const unsub = '        ---!  ';
      const sourceSubs = '   ^--!  ';
      const expected = '     ------';

      expectObservable(source.pipe(toLines()), unsub).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it.each<[string, (size: number) => readonly string[]]>([
    ['one long line', (size) => [...Array<string>(size).fill('x'), '\n']],
    ['many lines', (size) => Array.from({ length: size }, (_, place) => (place % 50 === 0 ? '\n' : 'x'))],
    ['a long line after a short one', (size) => ['x\n', ...Array<string>(size).fill('x')]],
    ['empty lines', (size) => Array<string>(size).fill('\r\n')],
  ])('costs the same for each piece of %s', (_what, pieces) => {
    const work = [1000, 2000, 4000, 8000].map((size) => {
      const source = from([...pieces(size), '\n']);
      return countWork(() => source.pipe(toLines()).subscribe());
    });
    const growth = work.slice(1).map((next, place) => next / (work[place] ?? 0));

    expect(Math.max(...growth)).toBeLessThan(2.5);
  });
});
