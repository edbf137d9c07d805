import { expectTypeOf } from 'expect-type';
import { defer, EMPTY, from, NEVER, type Observable, of, take, tap, throwError, timer } from 'rxjs';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { RateLimitError } from '../../src/errors/rate-limit-error.js';
import { hedge, type HedgeConfig } from '../../src/operators/hedge.js';
import { retryTransient } from '../../src/operators/retry-transient.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import { attempts } from '../support/attempts.js';
import { chatChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';
import { watchScheduler } from '../support/watch-scheduler.js';

const values: Readonly<Record<string, ChatCompletionChunk>> = {
  r: chatChunk({ role: 'assistant', content: '' }),
  s: chatChunk({ role: 'assistant' }, {}, { model: 'm-2' }),
  a: chatChunk({ content: 'a' }),
  b: chatChunk({ content: 'b' }),
  c: chatChunk({ content: 'c' }),
};
const lost = new ConnectionError('The connection was lost');
const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 9 });

describe('hedge', () => {
  it('sends a second request if the first answer is slow, and unsubscribes from the loser', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   r-----------a-|', values);
      const firstSubs = '    ^-------!      ';
      const second = cold('       -s-b---c-| ', values);
      const secondSubs = '   -----^--------!';
      const expected = '     --------(sb)c-|';

      expectObservable(hedge(attempts(first, second), { after: 5 })).toBe(expected, values);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('emits the first request if it answers first after all', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   r-----a---b|', values);
      const firstSubs = '    ^----------!';
      const second = cold('       s--b|  ', values);
      const secondSubs = '   -----^!     ';
      const expected = '     ------(ra)b|';

      expectObservable(hedge(attempts(first, second), { after: 5 })).toBe(expected, values);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('sends one request if the answer begins in time, however long it takes', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold, expectObservable }) => {
      const first = cold('--a--------b|', values);

      expectObservable(hedge(attempts(first), { after: 5, scheduler })).toBe('--a--------b|', values);
    });

    expect(scheduler.waiting).toBe(0);
  });

  it('sends up to max requests', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  ---------------------');
      const unsubscribe = '  ------------------!  ';
      const sourceSubs = [
        '                    ^-----------------!  ',
        '                    ----^-------------!  ',
        '                    --------^---------!  ',
      ];
      const expected = '     ---------------------';

      expectObservable(hedge(source as Observable<string>, { after: 4, max: 3 }), unsubscribe).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('sends one request if max is 1', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(hedge(attempts(cold('------a|', values)), { after: 3, max: 1, scheduler })).toBe(
        '------a|',
        values,
      );
    });

    expect(scheduler.scheduled).toBe(0);
  });

  it('sends the second request at once if after is 0', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a|');
      const winnerSubs = '   ^--!';
      const loserSubs = '    ^-! ';
      const expected = '     --a|';

      expectObservable(hedge(source, { after: 0 })).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe([winnerSubs, loserSubs]);
    });
  });

  it('unsubscribes from every request and clears its timer', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --------', values);
      const unsubscribe = '  -----!  ';
      const firstSubs = '    ^----!  ';
      const secondSubs = '   ---^-!  ';

      expectObservable(hedge(source, { after: 3, max: 5, scheduler }), unsubscribe).toBe('--------');
      expectSubscriptions(source.subscriptions).toBe([firstSubs, secondSubs]);
    });

    expect(scheduler.waiting).toBe(0);
  });

  describe('a request that fails', () => {
    it('does not trigger the next one early: the error passes at once', () => {
      const scheduler = watchScheduler();
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('r-#', values, busy));

        expectObservable(hedge(source, { after: 5, scheduler })).toBe('--#', values, busy);
      });

      expect(scheduler.waiting).toBe(0);
    });

    it('drops out while another is running', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('r-----#', values, lost), cold('s-------b---|', values));

        expectObservable(hedge(source, { after: 5 })).toBe('-------------(sb)|', values);
      });
    });

    it('does not prevent the next one while another is running', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('------#', values, lost), cold('------------|'), cold('--c|', values));

        expectObservable(hedge(source, { after: 5, max: 3 })).toBe('------------c|', values);
      });
    });

    it('errors with its error, with all errors on it, if it is the last', () => {
      const errors: unknown[] = [];
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts<ChatCompletionChunk>(cold('------#', values, lost), cold('--#', values, busy));
        const result = hedge(source, { after: 5 }).pipe(tap({ error: (error: unknown) => errors.push(error) }));

        expectObservable(result).toBe('-------#', values, busy);
      });

      expect(errors).toEqual([expect.objectContaining({ kind: 'rate_limit', retryAfter: 9, errors: [lost, busy] })]);
    });

    it('can be retried after hedge, no earlier than the server asked', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('--#', values, busy), cold('--a|', values));

        expectObservable(hedge(source, { after: 5 }).pipe(retryTransient())).toBe('-------------a|', values);
      });
    });

    it('passes its error through unchanged once its answer began', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('-a-----#', values, lost));

        expectObservable(hedge(source, { after: 5 })).toBe('-a-----#', values, lost);
      });
    });
  });

  describe('a request that completes without an answer', () => {
    it('completes the result if no other is running', () => {
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(hedge(attempts(cold('r-|', values)), { after: 5 })).toBe('--(r|)', values);
        expectObservable(hedge(EMPTY, { after: 5 })).toBe('|');
      });
    });

    it('waits for another that is running', () => {
      runMarbles(({ cold, expectObservable }) => {
        const source = attempts(cold('------|', values), cold('---b|', values));

        expectObservable(hedge(source, { after: 5 })).toBe('--------b|', values);
      });
    });
  });

  it('sets no timer if the source answers or fails synchronously', () => {
    const scheduler = watchScheduler();
    const seen: unknown[] = [];
    hedge(of('a', 'b'), { after: 5, scheduler }).subscribe((text) => seen.push(text));
    hedge(
      throwError(() => lost),
      { after: 5, scheduler },
    ).subscribe({
      error: (error: unknown) => seen.push(error),
    });

    expect(seen).toEqual(['a', 'b', lost]);
    expect(scheduler.waiting).toBe(0);
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    hedge(source, { after: 5 }).pipe(take(1)).subscribe();

    expect(asked).toEqual(['a']);
  });

  it('counts separately for each subscription', () => {
    let asked = 0;
    runMarbles(({ flush }) => {
      const result = hedge(
        defer(() => {
          asked++;
          return NEVER;
        }),
        { after: 5 },
      );
      const first = result.subscribe();
      const second = result.subscribe();
      timer(20).subscribe(() => {
        first.unsubscribe();
        second.unsubscribe();
      });
      flush();
    });

    expect(asked).toBe(4);
  });

  it('infers the type of its values', () => {
    expectTypeOf(hedge(NEVER as Observable<ChatCompletionChunk>, { after: 5 })).toEqualTypeOf<
      Observable<ChatCompletionChunk>
    >();
    // @ts-expect-error numbers have no text, so no request could win
    expect(() => hedge(of(1), { after: 5 })).not.toThrow();
  });

  it.each([
    [{}, 'after must be a finite number of milliseconds, 0 or more, not undefined'],
    [{ after: -1 }, 'after must be'],
    [{ after: Infinity }, 'after must be'],
    [{ after: 5, max: 0 }, 'max must be a whole number, 1 or more, not 0'],
    [{ after: 5, max: 1.5 }, 'max must be'],
    [{ after: 5, max: Infinity }, 'max must be'],
    [5, 'The configuration of hedge must be an object, not 5'],
  ])('rejects %p', (config, problem) => {
    const make = (): unknown => hedge(NEVER as Observable<string>, config as HedgeConfig);

    expect(make).toThrow(TypeError);
    expect(make).toThrow(problem);
  });

  it('waits on the given scheduler', () => {
    const scheduler = watchScheduler();
    runMarbles(({ cold, expectObservable }) => {
      const source = attempts(cold('--------', values), cold('a|', values));

      expectObservable(hedge(source, { after: 5, scheduler })).toBe('-----a|', values);
    });

    expect(scheduler.scheduled).toBeGreaterThan(0);
  });
});
