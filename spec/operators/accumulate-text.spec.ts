import { EMPTY, from, NEVER, take } from 'rxjs';
import { accumulateText } from '../../src/operators/accumulate-text.js';
import { runMarbles } from '../support/run-marbles.js';

const pieces = { a: 'Hel', b: 'lo' };

describe('accumulateText', () => {
  it('emits the text so far for each piece of text', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|', pieces);
      const sourceSubs = ' ^----!';
      const expected = '   -x-y-|';

      expectObservable(source.pipe(accumulateText())).toBe(expected, { x: 'Hel', y: 'Hello' });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('starts again with each subscription', () => {
    runMarbles(({ cold, expectObservable }) => {
      const accumulated = cold('-a-b-|', pieces).pipe(accumulateText());

      expectObservable(accumulated).toBe('-x-y-|', { x: 'Hel', y: 'Hello' });
      expectObservable(accumulated, '--^').toBe('---x-y-|', { x: 'Hel', y: 'Hello' });
    });
  });

  it('passes errors through, and sources that are empty or never emit', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#', pieces).pipe(accumulateText())).toBe('-x-#', { x: 'Hel' });
      expectObservable(NEVER.pipe(accumulateText())).toBe('-');
      expectObservable(EMPTY.pipe(accumulateText())).toBe('|');
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|', pieces);

      expectObservable(source.pipe(accumulateText()), '--!').toBe('-x', { x: 'Hel' });
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: string[] = [];
    from(['Hel', 'lo'])
      .pipe(accumulateText(), take(1))
      .subscribe((text) => seen.push(text));

    expect(seen).toEqual(['Hel']);
  });
});
