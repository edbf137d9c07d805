import { from, merge, take, tap, type Observable } from 'rxjs';
import { labelWith, type Labelled } from '../../src/operators/label-with.js';
import { runMarbles } from '../support/run-marbles.js';

const labelled = { x: { label: 'left', value: 'a' }, y: { label: 'left', value: 'b' } };

describe('labelWith', () => {
  it('emits each value with the label', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-|');
      const sourceSubs = '   ^----!';
      const expected = '     -x-y-|';

      expectObservable(source.pipe(labelWith('left'))).toBe(expected, labelled);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('tells merged streams apart', () => {
    runMarbles(({ cold, expectObservable }) => {
      const left = cold('  -a--|');
      const right = cold(' --b-|');
      const expected = '   -xz-|';
      const merged: Observable<Labelled<'left', string> | Labelled<'right', string>> = merge(
        left.pipe(labelWith('left')),
        right.pipe(labelWith('right')),
      );

      expectObservable(merged).toBe(expected, { ...labelled, z: { label: 'right', value: 'b' } });
    });
  });

  it.each([['------'], ['--|'], ['--#']])('passes %s through', (marbles) => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold(marbles).pipe(labelWith('left'))).toBe(marbles);
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-|');
      const unsubscribe = '  --!';
      const sourceSubs = '   ^-!';
      const expected = '     -x-';

      expectObservable(source.pipe(labelWith('left')), unsubscribe).toBe(expected, labelled);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const seen: unknown[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    source.pipe(labelWith('left'), take(1)).subscribe((value) => seen.push(value));

    expect(asked).toEqual(['a']);
    expect(seen).toEqual([labelled.x]);
  });

  it('labels the values of each subscription', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('     -a-|');
      const result = source.pipe(labelWith('left'));

      expectObservable(result, '^     ').toBe('-x-|', labelled);
      expectObservable(result, '--^   ').toBe('---x-|', labelled);
      expectSubscriptions(source.subscriptions).toBe(['^--!', '--^--!']);
    });
  });
});
