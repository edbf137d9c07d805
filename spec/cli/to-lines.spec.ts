import { toLines } from '../../src/cli/to-lines.js';
import { runMarbles } from '../support/run-marbles.js';

const values = { a: 'one\ntw', b: 'o', c: '\n\nthree\r', d: '\n', x: 'one', y: 'two', z: 'three', e: '' };

it('gives each line once it is whole, and the last one at the end', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  -a-b--|   ', values);
    const sourceSubs = '   ^-----!   ';
    const expected = '     -x----(y|)';

    expectObservable(source.pipe(toLines())).toBe(expected, values);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('keeps empty lines, and takes both kinds of line ends', () => {
  runMarbles(({ cold, expectObservable }) => {
    const source = cold('  -a-b-c---d|', values);
    const expected = '     -x---(ye)z|';

    expectObservable(source.pipe(toLines())).toBe(expected, values);
  });
});

it('gives the last line before an error', () => {
  runMarbles(({ cold, expectObservable }) => {
    const source = cold('  -a-b-#   ', values);
    const expected = '     -x---(y#)';

    expectObservable(source.pipe(toLines())).toBe(expected, values);
  });
});

it('gives nothing of an empty text', () => {
  runMarbles(({ cold, expectObservable }) => {
    expectObservable(cold('--|').pipe(toLines())).toBe('--|');
  });
});

it('leaves its source when it is unsubscribed', () => {
  runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('   -b----', values);
    const unsub = '        ---!  ';
    const sourceSubs = '   ^--!  ';
    const expected = '     ------';

    expectObservable(source.pipe(toLines()), unsub).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});
