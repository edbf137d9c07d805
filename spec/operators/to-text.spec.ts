import { EMPTY, NEVER, of, share, throwError } from 'rxjs';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { isLlmError } from '../../src/errors/llm-error.js';
import { toText } from '../../src/operators/to-text.js';
import { runMarbles } from '../support/run-marbles.js';

const pieces = { a: 'Hel', b: 'lo' };

describe('toText', () => {
  it('emits the whole text at completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|   ', pieces);
      const sourceSubs = ' ^----!   ';
      const expected = '   -----(x|)';

      expectObservable(source.pipe(toText())).toBe(expected, { x: 'Hello' });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits an empty string for an empty source, and waits for one that never emits', () => {
    runMarbles(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(toText())).toBe('(x|)', { x: '' });
      expectObservable(NEVER.pipe(toText())).toBe('-');
    });
  });

  it('rethrows a copy of the error with the text so far', () => {
    const error = new ConnectionError('broke', { cause: new Error('below') });
    const caught: unknown[] = [];
    runMarbles(({ cold, flush }) => {
      const source = cold('-a-b-#', pieces, error).pipe(share());
      source.pipe(toText()).subscribe({ error: (reason: unknown) => caught.push(reason) });
      source.subscribe({ error: (reason: unknown) => caught.push(reason) });
      flush();
    });

    expect(caught).toHaveLength(2);
    const [copy, original] = caught;
    expect(original).toBe(error);
    expect(error.partial).toBeUndefined();
    expect(copy).toBeInstanceOf(ConnectionError);
    expect(isLlmError(copy)).toBe(true);
    expect(copy).toMatchObject({ name: 'ConnectionError', message: 'broke', cause: error.cause, partial: 'Hello' });
    expect((copy as Error).stack).toBe(error.stack);
  });

  it('passes an error through that is not an LlmError', () => {
    const error = new Error('mine');
    let caught: unknown;
    throwError(() => error)
      .pipe(toText())
      .subscribe({ error: (reason: unknown) => (caught = reason) });

    expect(caught).toBe(error);
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|', pieces);

      expectObservable(source.pipe(toText()), '--!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('reads a synchronous source, again with each subscription', () => {
    const seen: string[] = [];
    const text = of('Hel', 'lo').pipe(toText());
    text.subscribe((value) => seen.push(value));
    text.subscribe((value) => seen.push(value));

    expect(seen).toEqual(['Hello', 'Hello']);
  });
});
