import {
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import { ConnectionError, moderated, type ModeratedConfig, type TextCheck } from '../../src/index.js';
import { observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';

const values = { a: 'One. ', b: 'Two. ', c: 'Six.', d: 'Bad. ', e: 'Ten. ', x: 'Two. Six. ' };

/** A check that takes `duration` and passes texts without the word "Bad". */
const slowly =
  (duration: number) =>
  (text: string): Observable<boolean> =>
    timer(duration).pipe(map(() => !text.includes('Bad')));

/** The error for a text that did not pass. */
const refused = expect.objectContaining({ name: 'OutputError', kind: 'output', code: 'moderation' }) as unknown;

describe('moderated', () => {
  it('emits each sentence once it has passed', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-c-|', values);
      const sourceSubs = '   ^------!';
      const expected = '     -----a-b-(c|)';

      expectObservable(source.pipe(moderated(slowly(2)))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits without delay if a check passes at once', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -a-b-c-|', values);
      const expected = '     ---a-b-(c|)';

      expectObservable(source.pipe(moderated(() => true))).toBe(expected, values);
      expectObservable(source.pipe(moderated(() => of(true)))).toBe(expected, values);
    });
  });

  it('keeps the order if a later check is faster', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -a-b-c-|', values);
      const expected = '     ---------(abc|)';
      const durations = [6, 1, 1];

      expectObservable(source.pipe(moderated(() => timer(durations.shift()!).pipe(map(() => true))))).toBe(
        expected,
        values,
      );
    });
  });

  it('runs at most two checks at once, and checks what arrives meanwhile as one text', () => {
    const checked: string[] = [];
    let running = 0;
    const counts = new Set<number>();
    const check: TextCheck = (text) =>
      defer(() => {
        checked.push(text);
        counts.add((running += 1));
        return slowly(8)(text);
      }).pipe(finalize(() => (running -= 1)));
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('  -a-b-d-e-a-b-|', { ...values, d: 'Six. ' });
      const expected = '     -----------a-b-----x-(b|)';

      expectObservable(source.pipe(moderated(check, { context: 0 }))).toBe(expected, {
        ...values,
        x: 'Six. Ten. One. ',
      });
    });

    expect(checked).toEqual(['One. ', 'Two. ', 'Six. Ten. One. ', 'Two. ']);
    expect([...counts]).toEqual([1, 2]);
    expect(running).toBe(0);
  });

  it('asks a slow check a few times, however much text arrives', () => {
    const checked: string[] = [];
    const answers: Subject<boolean>[] = [];
    const check = (text: string): Subject<boolean> => {
      checked.push(text);
      answers.push(new Subject());
      return answers.at(-1)!;
    };
    const source = from(Array.from({ length: 1000 }, () => 'A whole sentence. '));
    const { values: emitted } = observe(source.pipe(moderated(check, { context: 0 })));

    // Each answer may lead to another check.
    for (const answer of answers) {
      answer.next(true);
    }

    expect(checked).toHaveLength(3);
    expect(emitted.join('')).toBe('A whole sentence. '.repeat(1000));
  });

  it('ends with the source if nothing is held', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(moderated(() => NEVER))).toBe('--|');
      expectObservable(cold('-a|', { a: '' }).pipe(moderated(() => NEVER))).toBe('--|');
      expectObservable(cold('--#').pipe(moderated(() => NEVER))).toBe('--#');
      expectObservable(cold('---').pipe(moderated(() => NEVER))).toBe('---');
    });
  });

  it('waits for the last check before it completes', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-c|', values).pipe(moderated(slowly(5)))).toBe('-------(c|)', values);
    });
  });

  it('keeps subscriptions apart', () => {
    runMarbles(({ cold, expectObservable }) => {
      const result = cold('-a-b-|', values).pipe(moderated(slowly(1)));

      expectObservable(result, '^').toBe('  ----a-(b|)', values);
      expectObservable(result, '--^').toBe('------a-(b|)', values);
    });
  });

  it('checks text in its order if it arrives while text is emitted', () => {
    const source = new Subject<string>();
    const emitted: string[] = [];
    let ended = false;
    source.pipe(moderated(() => true, { window: 4 })).subscribe({
      next: (text) => {
        emitted.push(text);
        if (text === 'abcd') {
          source.next('2345');
          source.complete();
        }
      },
      complete: () => (ended = true),
    });
    source.next('abcdefgh1');

    expect(emitted).toEqual(['abcd', 'efgh12345']);
    expect(ended).toBe(true);
  });

  describe('a text that does not pass', () => {
    it('is never emitted: the stream errors and is unsubscribed', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('  -a-d-b-c-|', values);
        const sourceSubs = '   ^------!';
        const expected = '     -----a-#';

        expectObservable(source.pipe(moderated(slowly(2), { context: 0 }))).toBe(expected, values, refused);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });
    });

    it.each([[false], [undefined], [null], [1], ['true']])('is one with the verdict %p', async (verdict) => {
      const check = (): boolean => verdict as boolean;
      const seen = observe(of('Hi').pipe(moderated(check)));
      const later = observe(of('Hi').pipe(moderated(() => of(check()))));

      expect(await seen.ended).toEqual(refused);
      expect(await later.ended).toEqual(refused);
      expect([...seen.values, ...later.values]).toEqual([]);
    });

    it('is one whose check completes without a value', async () => {
      expect(await observe(of('Hi').pipe(moderated(() => EMPTY))).ended).toEqual(refused);
    });

    it('is told by the first value of the check', async () => {
      expect(await observe(of('Hi').pipe(moderated(() => of(false, true)))).ended).toEqual(refused);
      expect(await observe(of('Hi').pipe(moderated(() => concat(of(true), NEVER)))).ended).toBeUndefined();
      expect(await observe(of('Hi').pipe(moderated(() => Promise.resolve(true)))).ended).toBeUndefined();
    });

    it('gives the error the text that was emitted, out of sight of logs', async () => {
      const error = await observe(from(['One. ', 'Two. ', 'Bad. ']).pipe(moderated((text) => !text.includes('Bad'))))
        .ended;

      expect(error).toEqual(refused);
      expect(error).toMatchObject({ retryable: false, partial: 'One. Two. ' });
      expect(JSON.stringify(error)).not.toMatch(/One|Bad/u);
    });

    it('waits for the check before it, while the source is unsubscribed at once', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('  -a-d-b-c-a-b-|', values);
        const sourceSubs = '   ^-----!';
        const expected = '     ---------(a#)';
        const check: TextCheck = (text) => slowly(text.includes('Bad') ? 1 : 6)(text);

        expectObservable(source.pipe(moderated(check, { context: 0 }))).toBe(expected, values, refused);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });
    });
  });

  describe('an error', () => {
    const lost = new ConnectionError('lost');

    it('of a check is that of the stream, once the text before it has passed', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('  -a-d-b-c-|', values);
        const sourceSubs = '   ^----!';
        const expected = '     ---------(a#)';
        const check: TextCheck = (text) => (text.includes('Bad') ? throwError(() => lost) : slowly(6)(text));

        expectObservable(source.pipe(moderated(check, { context: 0 }))).toBe(expected, values, lost);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
      });
    });

    it('of a later check does not come where the text before it fails', () => {
      runMarbles(({ cold, expectObservable }) => {
        const check: TextCheck = (text) => (text.includes('Two') ? throwError(() => lost) : slowly(6)(text));

        expectObservable(cold('-d-b-|', values).pipe(moderated(check))).toBe('---------#', values, refused);
      });
    });

    it.each<[string, TextCheck]>([
      [
        'thrown by',
        () => {
          throw lost;
        },
      ],
      ['of a Promise of', () => Promise.reject(lost)],
    ])('%s a check is that of the stream', async (_what, check) => {
      const seen = observe(from(['One. ', 'Two. ']).pipe(moderated(check)));

      expect(await seen.ended).toBe(lost);
      expect(seen.values).toEqual([]);
    });

    it('of the source passes at once, and drops the text that is held', () => {
      const cancelled: string[] = [];
      runMarbles(({ cold, expectObservable }) => {
        const source = cold('  -a-b-c-#', values, lost);
        const expected = '     -------#';
        const check: TextCheck = (text) => slowly(20)(text).pipe(finalize(() => void cancelled.push(text)));

        expectObservable(source.pipe(moderated(check, { context: 0 }))).toBe(expected, values, lost);
      });

      expect(cancelled).toEqual(['One. ', 'Two. ']);
    });
  });

  it('cancels its checks when it is unsubscribed', () => {
    const cancelled: string[] = [];
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b-c-', values);
      const unsubscribe = '  ------!';
      const sourceSubs = '   ^-----!';
      const check: TextCheck = (text) => slowly(20)(text).pipe(finalize(() => void cancelled.push(text)));

      expectObservable(source.pipe(moderated(check, { context: 0 })), unsubscribe).toBe('-');
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });

    expect(cancelled).toEqual(['One. ', 'Two. ']);
  });

  it('asks no more once enough has passed', () => {
    const checked: string[] = [];
    const passing = moderated((text) => checked.push(text) > 0, { context: 0 });

    expect(observe(of('One. Two. Six. Ten. ').pipe(passing, take(2))).values).toEqual(['One. ', 'Two. ']);
    expect(checked).toEqual(['One. ', 'Two. ']);
  });

  it.each<[string, unknown, ModeratedConfig, string]>([
    ['no check', undefined, {}, 'check must be a function'],
    ['a check that is a client', {}, {}, 'check must be a function'],
    ['a window of 0', () => true, { window: 0 }, 'window must be a whole number, 1 or more'],
    ['half a window', () => true, { window: 0.5 }, 'window must be a whole number, 1 or more'],
    ['a negative context', () => true, { context: -1 }, 'context must be a whole number, 0 or more'],
    ['a context that is text', () => true, { context: '9' as never }, 'context must be a whole number, 0 or more'],
    ['no object', () => true, 5 as never, 'The configuration of moderated must be an object'],
  ])('throws a TypeError at the call for %s', (_what, check, config, message) => {
    expect(() => moderated(check as TextCheck, config)).toThrow(TypeError);
    expect(() => moderated(check as TextCheck, config)).toThrow(message);
  });
});
