import { expectTypeOf } from 'expect-type';
import { concat, EMPTY, from, NEVER, noop, Observable, of, take, tap, throwError } from 'rxjs';
import { ApiError } from '../../src/errors/api-error.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { isLlmError } from '../../src/errors/llm-error.js';
import { fallback, type FallbackConfig } from '../../src/operators/fallback.js';
import { attempts } from '../support/attempts.js';
import { runMarbles } from '../support/run-marbles.js';

const lost = new ConnectionError('The connection was lost');
const refused = new ApiError('400', { status: 400, kind: 'invalid_request', retryable: false });

function failing(error: unknown): Observable<string> {
  return throwError(() => error);
}

describe('fallback', () => {
  it('moves on to the next source when the first fails', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   --#     ', undefined, lost);
      const firstSubs = '    ^-!     ';
      const second = cold('    --a-b|');
      const secondSubs = '   --^----!';
      const expected = '     ----a-b|';

      expectObservable(fallback([first, second])).toBe(expected);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it.each([['--|'], ['-a-b-|'], ['(ab|)']])('passes through %s and subscribes to no other source', (marbles) => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const second = cold('c|');

      expectObservable(fallback([cold(marbles), second])).toBe(marbles);
      expectSubscriptions(second.subscriptions).toBe([]);
    });
  });

  it('never emits if its source does not', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   ------');
      const unsubscribe = '  -----!';
      const firstSubs = '    ^----!';

      expectObservable(fallback([first, cold('a|')]), unsubscribe).toBe('------');
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
    });
  });

  it('does not move on after a value', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   --#   ', undefined, refused);
      const second = cold('    -a-#', undefined, lost);
      const third = cold('   c|');
      const expected = '     ---a-#';

      expectObservable(fallback([first, second, third])).toBe(expected, undefined, lost);
      expectSubscriptions(third.subscriptions).toBe([]);
    });
  });

  it('unsubscribes from the current source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   --#   ', undefined, lost);
      const second = cold('    -----|');
      const secondSubs = '   --^--! ';
      const unsubscribe = '  -----! ';

      expectObservable(fallback([first, second]), unsubscribe).toBe('------');
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('errors with the last error, with all errors on it, when no source is left', () => {
    const broken = new Error('broken');
    let last: unknown;
    fallback([failing(refused), failing(broken), failing(lost)]).subscribe({
      error: (error: unknown) => (last = error),
    });

    expect(last).toBeInstanceOf(ConnectionError);
    expect(last).toMatchObject({ message: lost.message, retryable: true, errors: [refused, broken, lost] });
    expect(lost).not.toHaveProperty('errors');
  });

  it.each([
    ['the error of a single source', [lost]],
    ['a last error that is not an LlmError', [lost, new Error('broken')]],
  ])('passes %s through unchanged', (_, errors) => {
    let last: unknown;
    fallback(errors.map(failing)).subscribe({ error: (error: unknown) => (last = error) });

    expect(last).toBe(errors.at(-1));
  });

  describe('when', () => {
    it('is called with the error and the index, unless it was the last source', () => {
      const asked: unknown[] = [];
      const when = (error: unknown, index: number): boolean => asked.push([error, index]) > 0;

      fallback([failing(refused), failing(lost), failing(refused)], { when }).subscribe({ error: noop });

      expect(asked).toEqual([
        [refused, 0],
        [lost, 1],
      ]);
    });

    it('keeps the next source from being tried if it returns false', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const when = (error: unknown): boolean => isLlmError(error) && error.kind !== 'invalid_request';
        const first = cold('   --#', undefined, refused);
        const second = cold('  a|');

        expectObservable(fallback([first, second], { when })).toBe('--#', undefined, refused);
        expectSubscriptions(second.subscriptions).toBe([]);
      });
    });

    it('is not called after a value', () => {
      const when = jest.fn(() => true);

      fallback([concat(of('a'), failing(lost)), of('b')], { when }).subscribe({ error: noop });

      expect(when).not.toHaveBeenCalled();
    });

    it('errors the stream when it throws', () => {
      const broken = new Error('when is broken');
      let last: unknown;
      const when = (): boolean => {
        throw broken;
      };
      fallback([failing(lost), of('a')], { when }).subscribe({ error: (error: unknown) => (last = error) });

      expect(last).toBe(broken);
    });
  });

  it('unsubscribes from the failed source before it subscribes to the next', () => {
    const log: string[] = [];
    const source = (name: string): Observable<never> =>
      new Observable((subscriber) => {
        log.push(`begin ${name}`);
        queueMicrotask(() => subscriber.error(lost));
        return () => log.push(`end ${name}`);
      });

    return new Promise<void>((resolve) => {
      fallback([source('a'), source('b')]).subscribe({ error: () => resolve() });
    }).then(() => {
      expect(log.slice(0, 3)).toEqual(['begin a', 'end a', 'begin b']);
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    fallback([failing(lost), source])
      .pipe(take(1))
      .subscribe();

    expect(asked).toEqual(['a']);
  });

  it('starts with the first source for each subscription', () => {
    runMarbles(({ cold, expectObservable }) => {
      const first = attempts(cold('--#', undefined, lost), cold('-c|'));
      const result = fallback([first, cold('a|')]);

      expectObservable(result, '^    ').toBe('--a|');
      expectObservable(result, '----^').toBe('-----c|');
    });
  });

  it('infers the type of its values', () => {
    const sources: readonly Observable<string>[] = [EMPTY];

    expectTypeOf(fallback([of('a'), of(1)])).toEqualTypeOf<Observable<string | number>>();
    expectTypeOf(fallback(sources)).toEqualTypeOf<Observable<string>>();
    expectTypeOf(fallback([of('a'), Promise.resolve(1)])).toEqualTypeOf<Observable<string | number>>();
  });

  it.each([
    [[], undefined, 'The number of sources must be 1 or more, not 0'],
    [NEVER, undefined, 'sources must be a list of Observables, not an object'],
    [[NEVER, 3], undefined, 'sources[1] must be an Observable, or something rxjs can convert to one, not 3'],
    [[NEVER], { when: true }, 'when must be a function'],
    [[NEVER], 3, 'The configuration of fallback must be an object, not 3'],
  ])('rejects %p with %p', (sources, config, problem) => {
    const make = (): unknown => fallback(sources as readonly Observable<string>[], config as FallbackConfig);

    expect(make).toThrow(TypeError);
    expect(make).toThrow(problem);
  });
});
