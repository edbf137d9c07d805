import { asyncScheduler, NEVER, of } from 'rxjs';
import { commentWhenSilent } from '../../../src/local/http/comment-when-silent.js';
import { runMarbles } from '../../support/run-marbles.js';

const frames = { a: 'a', b: 'b', c: ': keep-alive\n\n' };
const comment = commentWhenSilent(3, asyncScheduler);

it('comments on each silence, between frames and before the first', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  ----a-b-------a-|', frames);
    const sourceSubs = '   ^---------------!';
    const expected = '     ---ca-b--c--c-a-|';

    expectObservable(source.pipe(comment)).toBe(expected, frames);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('goes on for as long as nothing comes', () => {
  runMarbles(({ expectObservable }) => {
    const unsubscribe = '  ----------!';
    const expected = '     ---c--c--c-';

    expectObservable(NEVER.pipe(comment), unsubscribe).toBe(expected, frames);
  });
});

it('says nothing between frames that come in time', () => {
  runMarbles(({ cold, expectObservable }) => {
    expectObservable(cold('a-b-(ab|)', frames).pipe(comment)).toBe('a-b-(ab|)', frames);
    expectObservable(of('a', 'b').pipe(comment)).toBe('               (ab|)', frames);
  });
});

it('ends with an error at once, and leaves no timer', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  a---#', frames);
    const sourceSubs = '   ^---!';
    const expected = '     a--c#';

    expectObservable(source.pipe(comment)).toBe(expected, frames);
    expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });
});

it('ends with its listener', () => {
  runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('  a--------', frames);
    const unsubscribe = '  ----!';
    const expected = '     a--c-';

    expectObservable(source.pipe(comment), unsubscribe).toBe(expected, frames);
    expectSubscriptions(source.subscriptions).toBe('^---!');
  });
});
