import { expectTypeOf } from 'expect-type';
import { concat, EMPTY, from, NEVER, type Observable, of, Subject, take, tap, throwError } from 'rxjs';
import { ApiError } from '../../src/errors/api-error.js';
import { ConnectionError } from '../../src/errors/connection-error.js';
import { raceToFirstText } from '../../src/operators/race-to-first-text.js';
import { retryTransient } from '../../src/operators/retry-transient.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../../src/schemas/completion.js';
import { attempts } from '../support/attempts.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';

const values: Readonly<Record<string, ChatCompletionChunk>> = {
  r: chatChunk({ role: 'assistant', content: '' }),
  s: chatChunk({ role: 'assistant' }, {}, { model: 'm-2' }),
  a: chatChunk({ content: 'a' }),
  b: chatChunk({ content: 'b' }),
  c: chatChunk({ content: 'c' }),
  f: finishChunk(),
};
const lost = new ConnectionError('The connection was lost');
const refused = new ApiError('401', { status: 401, kind: 'authentication', retryable: false });

describe('raceToFirstText', () => {
  it('emits the source whose text comes first, with its earlier chunks, and unsubscribes from the others', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   r-------a-|  ', values);
      const firstSubs = '    ^---!        ';
      const second = cold('  --s-b------c-|', values);
      const secondSubs = '   ^------------!';
      const expected = '     ----(sb)---c-|';

      expectObservable(raceToFirstText([first, second])).toBe(expected, values);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  it('emits the first in the list if two are equally fast', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   --a-|', values);
      const firstSubs = '    ^---!';
      const second = cold('  --b-|', values);
      const secondSubs = '   ^-!  ';
      const expected = '     --a-|';

      expectObservable(raceToFirstText([first, second])).toBe(expected, values);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
      expectSubscriptions(second.subscriptions).toBe(secondSubs);
    });
  });

  describe('a source that keeps repeating its role', () => {
    const roles = (count: number): Observable<ChatCompletionChunk> =>
      from(Array<ChatCompletionChunk>(count).fill(values['r']!));
    const tooMany = roles(100_000);

    it('drops out', () => {
      const seen = observe(raceToFirstText([tooMany, of(values['a']!)]));

      expect(seen.values).toEqual([values['a']]);
    });

    it('errors if it is the only one', async () => {
      const error = await observe(raceToFirstText([tooMany])).ended;

      expect(error).toMatchObject({
        name: 'LimitError',
        limit: 'heldChunks',
        maximum: 65_536,
        message: 'The stream exceeded heldChunks (65536); so many chunks came before its answer began',
      });
    });

    it('can still win before the limit', () => {
      const { values: emitted } = observe(raceToFirstText([concat(roles(65_536), of(values['a']!))]));

      expect(emitted).toHaveLength(65_537);
    });
  });

  it.each<[string, ChatCompletionChunk | CompletionChunk]>([
    ['text', chatChunk({ content: 'x' })],
    ['text of a second choice', chatChunk({ content: 'x' }, { index: 1 })],
    ['text in parts', chatChunk({ content: [{ type: 'text', text: 'x' }] })],
    ['legacy text', legacyChunk('x')],
    ['reasoning', chatChunk({ reasoning_content: 'x' })],
    ['a refusal', chatChunk({ refusal: 'x' })],
    ['a tool call', chatChunk({ tool_calls: [{ index: 0, function: { name: 'x', arguments: '' } }] })],
    ['a function call', chatChunk({ function_call: { name: 'x' } })],
  ])('%s begins an answer', (_, x) => {
    runMarbles(({ cold, expectObservable }) => {
      const result = raceToFirstText([cold('--x-|', { x }), cold('---a|', values)]);

      expectObservable(result).toBe('--x-|', { x });
    });
  });

  it.each<[string, ChatCompletionChunk | CompletionChunk]>([
    ['a role', chatChunk({ role: 'assistant' })],
    ['an empty string', chatChunk({ content: '' })],
    ['an empty legacy text', legacyChunk('')],
    ['an empty list of tool calls', chatChunk({ tool_calls: [] })],
    ['a finish reason', finishChunk()],
    ['token counts', usageChunk(1, 0)],
  ])('%s does not begin an answer', (_, x) => {
    runMarbles(({ cold, expectObservable }) => {
      const result = raceToFirstText([cold('--x-|', { x }), cold('---a|', values)]);

      expectObservable(result).toBe('---a|', values);
    });
  });

  it('takes strings, where an empty one does not begin an answer', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   e-----a|  ', { e: '', a: 'a' });
      const firstSubs = '    ^--!      ';
      const second = cold('  ---b--e-b|', { e: '', b: 'b' });
      const expected = '     ---b--e-b|';

      expectObservable(raceToFirstText([first, second])).toBe(expected, { e: '', b: 'b' });
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
    });
  });

  it('considers only values that pass an operator in the source', () => {
    const thought = chatChunk({ reasoning_content: 'hm' });
    runMarbles(({ cold, expectObservable }) => {
      const thinking = cold('  t----a|', { ...values, t: thought }).pipe(textDeltas());
      const writing = cold('   ---b---|', values).pipe(textDeltas());

      expectObservable(raceToFirstText([thinking, writing])).toBe('---b---|');
    });
  });

  it('never emits if no source does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   -r----', values);
      const second = cold('  ------', values);
      const unsubscribe = '  ----! ';
      const sourceSubs = '   ^---! ';
      const expected = '     ------';

      expectObservable(raceToFirstText([first, second]), unsubscribe).toBe(expected);
      expectSubscriptions(first.subscriptions).toBe(sourceSubs);
      expectSubscriptions(second.subscriptions).toBe(sourceSubs);
    });
  });

  it('unsubscribes from the winner', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('   -a-b-|', values);
      const unsubscribe = '  --!   ';
      const firstSubs = '    ^-!   ';
      const expected = '     -a----';

      expectObservable(raceToFirstText([first, NEVER]), unsubscribe).toBe(expected, values);
      expectSubscriptions(first.subscriptions).toBe(firstSubs);
    });
  });

  describe('a source that completes without an answer', () => {
    it('is passed over while others are running', () => {
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(raceToFirstText([cold('r-f|', values), cold('-----a|', values)])).toBe('-----a|', values);
      });
    });

    it('is emitted if no other is left', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const first = cold('   ----#     ', values, lost);
        const second = cold('  r-f|      ', values);
        const third = cold('   s----|    ', values);
        const thirdSubs = '    ^----!    ';
        const expected = '     -----(rf|)';

        expectObservable(raceToFirstText([first, second, third])).toBe(expected, values);
        expectSubscriptions(third.subscriptions).toBe(thirdSubs);
      });
    });

    it('can be the only one', () => {
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(raceToFirstText([cold('--|')])).toBe('--|');
        expectObservable(raceToFirstText([EMPTY, EMPTY])).toBe('|');
      });
    });
  });

  describe('a source that fails', () => {
    it('drops out before its answer', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('   r-#      ', values, lost);
        const second = cold('  s---b---|', values);
        const expected = '     ----(sb)|';

        expectObservable(raceToFirstText([first, second])).toBe(expected, values);
      });
    });

    it('passes its error through unchanged once its answer began', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('   #     ', values, refused);
        const second = cold('  -a--# ', values, lost);

        expectObservable(raceToFirstText([first, second])).toBe('-a--#', values, lost);
      });
    });

    it('passes its error through unchanged if it is the only one', () => {
      let error: unknown;
      raceToFirstText([throwError(() => lost) as Observable<string>]).subscribe({
        error: (reason: unknown) => (error = reason),
      });

      expect(error).toBe(lost);
    });

    it('errors with its error, with all errors on it, if it is the last', () => {
      const errors: unknown[] = [];
      runMarbles(({ cold, expectObservable }) => {
        const first = cold('   r---#', values, lost);
        const second = cold('  --#', values, refused);
        const result = raceToFirstText([first, second]).pipe(tap({ error: (error: unknown) => errors.push(error) }));

        expectObservable(result).toBe('----#', values, lost);
      });

      expect(errors).toEqual([expect.objectContaining({ kind: 'connection', errors: [refused, lost] })]);
      expect(errors[0]).toBeInstanceOf(ConnectionError);
      expect(lost).not.toHaveProperty('errors');
    });

    it('can be retried after the race, since nothing was emitted', () => {
      runMarbles(({ cold, expectObservable }) => {
        const first = attempts(cold('r-#', values, lost), cold('r-a---|', values));
        const second = attempts(cold('#', values, refused), cold('#', values, refused));
        const result = raceToFirstText([first, second]).pipe(retryTransient({ random: () => 0.006 }));

        expectObservable(result).toBe('-------(ra)|', values);
      });
    });
  });

  it('subscribes to no further source once a synchronous one has won', () => {
    const asked: unknown[] = [];
    const source = (name: string): Observable<string> => of(name).pipe(tap({ subscribe: () => asked.push(name) }));
    const seen: unknown[] = [];

    raceToFirstText([source('a'), source('b')]).subscribe((value) => seen.push(value));

    expect(seen).toEqual(['a']);
    expect(asked).toEqual(['a']);
  });

  it('waits for the second source if the first fails synchronously', () => {
    runMarbles(({ cold, expectObservable }) => {
      const failing = throwError(() => lost) as Observable<string>;

      expectObservable(raceToFirstText([failing, cold('--a|')])).toBe('--a|');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const asked: string[] = [];
    const source = from(['', 'a', 'b', 'c']).pipe(tap((text) => asked.push(text)));

    raceToFirstText([NEVER as Observable<string>, source])
      .pipe(take(2))
      .subscribe();

    expect(asked).toEqual(['', 'a']);
  });

  it('unsubscribes from the losers before the winner emits', () => {
    const loser = new Subject<string>();
    const winner = new Subject<string>();
    const observed: boolean[] = [];
    raceToFirstText([loser, winner]).subscribe(() => observed.push(loser.observed));

    winner.next('a');

    expect(observed).toEqual([false]);
  });

  it('starts a new race for each subscription', () => {
    runMarbles(({ cold, expectObservable }) => {
      const first = attempts(cold('--a|', values), cold('r----a|', values));
      const second = attempts(cold('s-----b|', values), cold('--b|', values));
      const result = raceToFirstText([first, second]);

      expectObservable(result, '^          ').toBe('--a|', values);
      expectObservable(result, '-----^     ').toBe('-------b|', values);
    });
  });

  it('takes anything rxjs can convert to an Observable', async () => {
    const seen: string[] = [];
    await raceToFirstText([NEVER as Observable<string>, Promise.resolve('a')]).forEach((text) => void seen.push(text));

    expect(seen).toEqual(['a']);
  });

  it('infers the type of its values', () => {
    const chat = NEVER as Observable<ChatCompletionChunk>;
    const legacy = NEVER as Observable<CompletionChunk>;
    const texts: readonly Observable<string>[] = [NEVER];

    expectTypeOf(raceToFirstText([chat, legacy])).toEqualTypeOf<Observable<ChatCompletionChunk | CompletionChunk>>();
    expectTypeOf(raceToFirstText(texts)).toEqualTypeOf<Observable<string>>();
    // @ts-expect-error numbers have no text, so none of them could win
    expect(() => raceToFirstText([of(1)])).not.toThrow();
  });

  it.each([
    [[], 'The number of sources must be 1 or more, not 0'],
    [NEVER, 'sources must be a list of Observables, not an object'],
    [undefined, 'sources must be a list of Observables, not undefined'],
    [[NEVER, 3], 'sources[1] must be an Observable, or something rxjs can convert to one, not 3'],
  ])('rejects %p', (sources, problem) => {
    expect(() => raceToFirstText(sources as readonly Observable<string>[])).toThrow(TypeError);
    expect(() => raceToFirstText(sources as readonly Observable<string>[])).toThrow(problem);
  });
});
