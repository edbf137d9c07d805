import { AsyncLocalStorage } from 'node:async_hooks';
import { concat, filter, finalize, from, lastValueFrom, map, NEVER, Observable, of, Subject, take } from 'rxjs';
import { tool, type ToolRunEvent } from '../../src/index.js';
import { runMarbles } from '../support/run-marbles.js';
import { everyApi, lineOf, toolOf } from './run-over.js';

describe.each(everyApi)('a run over $api', (over) => {
  const { clientOf } = over;

  describe('that is unsubscribed', () => {
    /** A run whose tool emits one value at once, and goes on until it is unsubscribed, unless it `ends`. */
    const start = (
      ends: boolean,
    ): { run: Observable<ToolRunEvent>; open: () => readonly string[]; signals: AbortSignal[] } => {
      const opened = new Set<string>();
      const signals: AbortSignal[] = [];
      const watch = <T>(name: string, source: Observable<T>): Observable<T> =>
        new Observable((subscriber) => {
          opened.add(name);
          return source.pipe(finalize(() => opened.delete(name))).subscribe(subscriber);
        });
      const answers = [over.answer(['f', 'g']), over.answer('Fine')];
      const ask = (): Observable<never> => watch('request', answers.shift()!);
      const tools = ['f', 'g'].map((name) =>
        toolOf(name, (_args, { signal }) => {
          signals.push(signal);
          return watch(name, ends ? of(1, 2) : concat(of(1, 2), NEVER));
        }),
      );
      const approve = (): Observable<boolean> => watch('approval', of(true));
      const run = over.runTools({ [over.api]: ask }, { tools, approve });
      return { run, open: () => [...opened], signals };
    };
    const count = (ends: boolean): number => {
      let events = 0;
      start(ends).run.subscribe(() => (events += 1));
      return events;
    };

    it.each([true, false])('after any of its events leaves nothing open, with tools that end: %p', (ends) => {
      const events = count(ends);

      expect(events).toBeGreaterThan(8);
      for (let place = 1; place <= events; place += 1) {
        const { run, open, signals } = start(ends);
        let results = 0;
        run.pipe(take(place)).subscribe(({ type }) => (results += type === 'result' ? 1 : 0));

        expect(open()).toEqual([]);
        expect(signals.filter(({ aborted }) => !aborted)).toHaveLength(results);
      }
    });

    it('in the middle of an approval aborts its signal, and runs nothing', () => {
      const ran = jest.fn();
      let aborted: AbortSignal | undefined;
      const approve = (_call: unknown, { signal }: { readonly signal: AbortSignal }): Observable<boolean> => {
        aborted = signal;
        return NEVER;
      };
      over
        .runTools(clientOf(['f']), { tools: [toolOf('f', ran)], approve })
        .subscribe()
        .unsubscribe();

      expect(aborted!.aborted).toBe(true);
      expect(ran).not.toHaveBeenCalled();
    });

    it('stops a tool that emits without end between two values', () => {
      let pulled = 0;
      const endless = function* (): Generator<number> {
        for (;;) {
          yield (pulled += 1);
        }
      };
      const run = over.runTools(clientOf(['f']), { tools: [toolOf('f', () => from(endless()))] });
      run
        .pipe(
          filter(({ type }) => type === 'progress'),
          take(3),
        )
        .subscribe();

      expect(pulled).toBe(3);
    });
  });

  it('does not abort the signal of a tool that ended by itself', () => {
    const signals: AbortSignal[] = [];
    const f = toolOf('f', (_args, { signal }) => signals.push(signal));
    over.runTools(clientOf(['f'], 'Fine'), { tools: [f] }).subscribe();

    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('passes on the values of a tool as they come', () => {
    runMarbles(({ cold, expectObservable }) => {
      const run = over.runTools(clientOf(['f'], 'Fine'), { tools: [toolOf('f', () => cold('-a-b--(c|)'))] });
      const values = run.pipe(
        filter((event) => event.type === 'progress'),
        map(({ value }) => value),
      );

      expectObservable(values).toBe('-a-b--(c|)');
    });
  });

  describe('with an async iterable', () => {
    it('takes its values as progress, the last one as the result', async () => {
      const f = toolOf('f', async function* () {
        yield 'a';
        await Promise.resolve();
        yield 'b';
      });

      await expect(typesOf(over.runTools(clientOf(['f'], 'Fine'), { tools: [f] }))).resolves.toEqual([
        ...['call', 'start', 'progress', 'progress', 'result', 'turn', 'turn'],
      ]);
    });

    it('returns it at once when it is left, and passes no failure of that on', async () => {
      const left = jest.fn(() => Promise.reject(new Error('broken')));
      const iterator = { next: () => new Promise<never>(() => undefined), return: left };
      const f = toolOf('f', () => ({ [Symbol.asyncIterator]: () => iterator }));
      over
        .runTools(clientOf(['f']), { tools: [f] })
        .subscribe()
        .unsubscribe();

      expect(left).toHaveBeenCalledTimes(1);
      await Promise.resolve();
    });

    it('fails as thrown where it throws, after its values', async () => {
      const f = toolOf('f', async function* () {
        yield await Promise.resolve('a');
        throw new Error('broken');
      });

      await expect(typesOf(over.runTools(clientOf(['f'], 'Fine'), { tools: [f] }))).resolves.toEqual([
        ...['call', 'start', 'progress', 'failure', 'turn', 'turn'],
      ]);
    });
  });

  it('waits for a Promise, and tells no progress', async () => {
    const [good, bad] = [toolOf('a', () => Promise.resolve('x')), toolOf('b', () => Promise.reject(new Error('no')))];

    await expect(typesOf(over.runTools(clientOf(['a', 'b'], 'Fine'), { tools: [good, bad] }))).resolves.toEqual([
      ...['call', 'call', 'start', 'start', 'result', 'failure', 'turn', 'turn'],
    ]);
  });

  it('takes the value of what is a Promise and an async iterable, as the queries of databases are', async () => {
    const query = Object.assign(Promise.resolve(['x', 'y']), {
      async *[Symbol.asyncIterator]() {
        yield* await Promise.resolve(['x', 'y']);
      },
    });
    const run = over.runTools(clientOf(['f'], 'Fine'), { tools: [toolOf('f', () => query)] });

    await expect(lastValueFrom(run.pipe(filter(({ type }) => type === 'result')))).resolves.toMatchObject({
      value: ['x', 'y'],
    });
  });

  it.each<[string, (failing: Promise<never>) => unknown]>([
    ['a Promise', (failing) => failing],
    ['an Observable', (failing) => from(failing)],
  ])('leaves no rejection of a tool that ends its own run, and fails with %s', async (_kind, wrap) => {
    const answer = new Subject<never>();
    const hangUp = toolOf('f', () => {
      running.unsubscribe();
      return wrap(Promise.reject(new Error('broken')));
    });
    const running = over.runTools({ [over.api]: () => answer }, { tools: [hangUp] }).subscribe();
    over.answer(['f']).subscribe(answer);

    // Jest fails a test that leaves one.
    await new Promise(setImmediate);
    expect(running.closed).toBe(true);
  });

  it.each<[string, () => Observable<string> | AsyncIterable<string>]>([
    ['Observable', () => of('a', 'b')],
    [
      'async iterable',
      async function* () {
        yield await Promise.resolve('a');
        yield 'b';
      },
    ],
  ])('follows the %s that a Promise gives', async (_title, stream) => {
    // What logs a tool awaits it.
    const tools = [toolOf('f', () => Promise.resolve(stream()))];

    await expect(typesOf(over.runTools(clientOf(['f'], 'Fine'), { tools }), lineOf)).resolves.toEqual([
      ...['0 call f', '0 start f', '0 progress f "a"', '0 progress f "b"', '0 result f b', '0 turn', '1 turn'],
    ]);
  });

  it('leaves what a Promise gives when it is unsubscribed', async () => {
    const left = jest.fn();
    const tools = [toolOf('f', () => Promise.resolve(new Observable(() => left)))];
    const subscription = over.runTools(clientOf(['f']), { tools }).subscribe();
    await Promise.resolve();
    expect(left).not.toHaveBeenCalled();
    subscription.unsubscribe();

    expect(left).toHaveBeenCalledTimes(1);
  });

  it('waits for an asynchronous schema', async () => {
    const validate = (): Promise<{ value: string }> => Promise.resolve({ value: 'checked' });
    const jsonSchema = { input: () => ({ type: 'object' }) };
    const schema = { '~standard': { version: 1, vendor: 'x', validate, jsonSchema } } as const;
    const run = jest.fn(() => 'x');

    await typesOf(over.runTools(clientOf(['f'], 'Fine'), { tools: [tool({ name: 'f', parameters: schema, run })] }));
    expect(run).toHaveBeenCalledWith('checked', expect.anything());
  });

  it('calls tools and approve in the async context of the subscriber, in every turn', () => {
    const storage = new AsyncLocalStorage<string>();
    const foreign = new Subject<string>();
    const contexts: unknown[] = [];
    const note = (what: string): void => void contexts.push(`${what} ${storage.getStore()}`);
    const answers = [['f', 'g'], ['f'], 'Fine'] as const;
    let asked = 0;
    const ask = (): Observable<never> => {
      note('ask');
      return over.answer(answers[(asked += 1) - 1]!);
    };
    const approve = (): Observable<boolean> => {
      note('approve');
      return foreign.pipe(map(() => true));
    };
    const tools = ['f', 'g'].map((name) =>
      toolOf(name, () => {
        note('run');
        return foreign.pipe(take(1));
      }),
    );
    storage.run('alice', () =>
      over.runTools({ [over.api]: ask }, { tools, approve, concurrency: 1 }).subscribe(() => {
        expect(storage.getStore()).toBe('alice');
      }),
    );
    storage.run('mallory', () => {
      for (let step = 0; step < 6; step += 1) {
        foreign.next('x');
      }
    });

    expect(contexts).toEqual(
      ['ask', ...'approve run '.repeat(2).trim().split(' '), 'ask', 'approve', 'run', 'ask'].map(
        (what) => `${what} alice`,
      ),
    );
    expect(asked).toBe(3);
  });

  it('does not grow its stack with its turns', () => {
    let asked = 0;
    const ask = (): Observable<never> => {
      asked += 1;
      return over.answer(asked < 400 ? ['f'] : 'Fine');
    };
    let last: ToolRunEvent | undefined;
    over
      .runTools({ [over.api]: ask }, { tools: [toolOf('f', () => 'x')], maxTurns: Infinity })
      .subscribe((event) => (last = event));

    expect(last).toMatchObject({ type: 'turn', turn: 399 });
    expect(asked).toBe(400);
  });
});

/** The types of the events of a run, or its events as lines, without chunks. */
function typesOf(
  run: Observable<ToolRunEvent>,
  show = ({ type }: ToolRunEvent): string => type,
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const types: string[] = [];
    run.subscribe({
      next: (event) => event.type !== 'chunk' && types.push(show(event)),
      error: reject,
      complete: () => resolve(types),
    });
  });
}
