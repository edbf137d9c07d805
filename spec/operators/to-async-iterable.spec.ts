import { concat, EMPTY, finalize, from, NEVER, of, range, Subject, take, tap, throwError, type Observable } from 'rxjs';
import { LimitError } from '../../src/errors/limit-error.js';
import { toAsyncIterable, type AsyncIterableConfig } from '../../src/operators/to-async-iterable.js';

const done = { done: true, value: undefined };

function value<T>(of: T): IteratorResult<T> {
  return { done: false, value: of };
}

function iterate<T>(source: Observable<T>, config?: AsyncIterableConfig<T>): AsyncIterator<T> {
  return toAsyncIterable(source, config)[Symbol.asyncIterator]();
}

/** Calls the optional methods of an iterator. */
function iterateAll<T>(source: Observable<T>): Required<AsyncIterator<T>> {
  return iterate(source) as Required<AsyncIterator<T>>;
}

/** The values a loop receives; `beforeSecond` runs while it handles the first. */
async function collect<T>(values: AsyncIterable<T>, beforeSecond?: () => void): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const each of values) {
    collected.push(each);
    if (collected.length === 1) {
      beforeSecond?.();
    }
  }
  return collected;
}

describe('toAsyncIterable', () => {
  describe('a loop', () => {
    it('receives the values and ends with the source', async () => {
      await expect(collect(toAsyncIterable(of('a', 'b', 'c')))).resolves.toEqual(['a', 'b', 'c']);
    });

    it('ends at once if the source is empty', async () => {
      await expect(collect(toAsyncIterable(EMPTY))).resolves.toEqual([]);
    });

    it('receives values that arrived while it was busy', async () => {
      const source = new Subject<string>();
      const collected = collect(toAsyncIterable(source), () => {
        source.next('b');
        source.next('c');
        source.complete();
      });
      source.next('a');

      await expect(collected).resolves.toEqual(['a', 'b', 'c']);
    });

    it("throws the source's error after the buffered values", async () => {
      const broken = new Error('broken');
      const seen: string[] = [];
      const loop = async (): Promise<void> => {
        for await (const text of toAsyncIterable(
          concat(
            of('a', 'b'),
            throwError(() => broken),
          ),
        )) {
          seen.push(text);
        }
      };

      await expect(loop()).rejects.toBe(broken);
      expect(seen).toEqual(['a', 'b']);
    });

    it('unsubscribes from the source when it is left', async () => {
      const source = new Subject<string>();
      const first = (async () => {
        for await (const text of toAsyncIterable(source)) {
          return text;
        }
        return undefined;
      })();
      source.next('a');

      await expect(first).resolves.toBe('a');
      expect(source.observed).toBe(false);
    });

    it('unsubscribes from the source when its body throws', async () => {
      const source = new Subject<string>();
      const broken = new Error('The body is broken');
      const loop = collect(toAsyncIterable(source), () => {
        throw broken;
      });
      source.next('a');

      await expect(loop).rejects.toBe(broken);
      expect(source.observed).toBe(false);
    });

    it('has its own subscription', async () => {
      let subscriptions = 0;
      const values = toAsyncIterable(of('a').pipe(tap({ subscribe: () => subscriptions++ })));

      expect(subscriptions).toBe(0);
      await expect(collect(values)).resolves.toEqual(['a']);
      await expect(collect(values)).resolves.toEqual(['a']);
      expect(subscriptions).toBe(2);
    });

    it('also iterates over an iterator', async () => {
      const iterator = iterate(of('a', 'b')) as AsyncIterableIterator<string>;
      await iterator.next();

      await expect(collect(iterator)).resolves.toEqual(['b']);
    });
  });

  it('subscribes when the first value is requested', () => {
    const source = new Subject<string>();
    const iterator = iterate(source);

    expect(source.observed).toBe(false);
    void iterator.next();
    expect(source.observed).toBe(true);
  });

  it('waits for a source that never emits, until it is left', async () => {
    const iterator = iterateAll(NEVER);
    const waiting = [iterator.next(), iterator.next()];

    await iterator.return();

    await expect(Promise.all(waiting)).resolves.toEqual([done, done]);
  });

  it('serves concurrent readers in order', async () => {
    const source = new Subject<string>();
    const iterator = iterate(source);
    const read = [iterator.next(), iterator.next(), iterator.next(), iterator.next()];

    source.next('a');
    source.next('b');
    source.complete();

    await expect(Promise.all(read)).resolves.toEqual([value('a'), value('b'), done, done]);
  });

  it('rejects one waiting reader, and is done for the others', async () => {
    const source = new Subject<string>();
    const iterator = iterate(source);
    const read = [iterator.next(), iterator.next(), iterator.next()];

    source.next('a');
    source.error('broken');

    await expect(Promise.allSettled(read)).resolves.toEqual([
      { status: 'fulfilled', value: value('a') },
      { status: 'rejected', reason: 'broken' },
      { status: 'fulfilled', value: done },
    ]);
  });

  it('is done after an error', async () => {
    const iterator = iterate(throwError(() => 'broken'));

    await expect(iterator.next()).rejects.toBe('broken');
    await expect(iterator.next()).resolves.toEqual(done);
    await expect(iterator.next()).resolves.toEqual(done);
  });

  it('is done after completion, and does not subscribe again', async () => {
    let subscriptions = 0;
    const iterator = iterate(EMPTY.pipe(tap({ subscribe: () => subscriptions++ })));

    await expect(iterator.next()).resolves.toEqual(done);
    await expect(iterator.next()).resolves.toEqual(done);
    expect(subscriptions).toBe(1);
  });

  it('passes undefined values and promises through', async () => {
    const promise = Promise.resolve('a');
    const iterator = iterate(of(undefined, promise));

    await expect(iterator.next()).resolves.toEqual(value(undefined));
    expect((await iterator.next()).value).toBe(promise);
  });

  it('leaves no unhandled rejection if an error arrives while nobody waits', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const source = new Subject<string>();
    const iterator = iterateAll(source);
    const first = iterator.next();

    source.next('a');
    source.error('broken');
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    await iterator.return();
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
  });

  describe('return()', () => {
    it('unsubscribes at once and drops the buffered values', async () => {
      const source = new Subject<string>();
      const iterator = iterateAll(source);
      void iterator.next();
      source.next('a');
      source.next('b');

      const returned = iterator.return('left');

      expect(source.observed).toBe(false);
      await expect(returned).resolves.toEqual({ done: true, value: 'left' });
      await expect(iterator.next()).resolves.toEqual(done);
    });

    it('drops an error that was not requested', async () => {
      const source = new Subject<string>();
      const iterator = iterateAll(source);
      const first = iterator.next();
      source.next('a');
      source.error('broken');
      await first;

      await iterator.return();

      await expect(iterator.next()).resolves.toEqual(done);
    });

    it('prevents the subscription if called before the first value is requested', async () => {
      const source = new Subject<string>();
      const iterator = iterateAll(source);

      await iterator.return();

      await expect(iterator.next()).resolves.toEqual(done);
      expect(source.observed).toBe(false);
    });

    it('stops a synchronous source that calls it', async () => {
      const asked: number[] = [];
      const iterator = iterateAll(
        range(0, 1000).pipe(
          tap((number) => {
            asked.push(number);
            if (number === 3) {
              void iterator.return();
            }
          }),
        ),
      );

      await expect(iterator.next()).resolves.toEqual(value(0));
      await expect(iterator.next()).resolves.toEqual(done);
      expect(asked).toEqual([0, 1, 2, 3]);
    });
  });

  describe('throw()', () => {
    it('unsubscribes at once, rejects, and is done', async () => {
      const source = new Subject<string>();
      const iterator = iterateAll(source);
      const waiting = iterator.next();

      const thrown = iterator.throw('enough');

      expect(source.observed).toBe(false);
      await expect(thrown).rejects.toBe('enough');
      await expect(waiting).resolves.toEqual(done);
      await expect(iterator.next()).resolves.toEqual(done);
    });
  });

  describe('a full buffer', () => {
    it('fails the iteration after the buffered values, and unsubscribes at once', async () => {
      const source = new Subject<number>();
      const iterator = iterate(source, { bufferSize: 2 });
      const first = iterator.next();
      [1, 2, 3].forEach((number) => source.next(number));
      expect(source.observed).toBe(true);

      source.next(4);

      expect(source.observed).toBe(false);
      await expect(first).resolves.toEqual(value(1));
      await expect(iterator.next()).resolves.toEqual(value(2));
      await expect(iterator.next()).resolves.toEqual(value(3));
      await expect(iterator.next()).rejects.toEqual(new LimitError('bufferSize', 2));
      await expect(iterator.next()).resolves.toEqual(done);
    });

    it('stops a synchronous source', async () => {
      const asked: number[] = [];
      const iterator = iterate(range(0, 1000).pipe(tap((number) => asked.push(number))), { bufferSize: 2 });

      await expect(iterator.next()).resolves.toEqual(value(0));
      expect(asked).toEqual([0, 1, 2, 3]);
    });

    it('holds 65,536 values by default', async () => {
      const fits = range(0, 65_537);
      const tooMany = range(0, 65_538);

      await expect(collect(toAsyncIterable(fits))).resolves.toHaveLength(65_537);
      await expect(collect(toAsyncIterable(tooMany))).rejects.toEqual(new LimitError('bufferSize', 65_536));
    });

    it('cannot occur with a bufferSize of Infinity', async () => {
      await expect(collect(toAsyncIterable(range(0, 100_000), { bufferSize: Infinity }))).resolves.toHaveLength(
        100_000,
      );
    });

    it('keeps the newest with drop-oldest', async () => {
      const values = toAsyncIterable(from([1, 2, 3, 4, 5]), { bufferSize: 2, overflow: 'drop-oldest' });

      await expect(collect(values)).resolves.toEqual([1, 4, 5]);
    });

    it('joins new values with the newest one, and loses nothing', async () => {
      const values = toAsyncIterable(of('a', 'b', 'c', 'd', 'e'), { bufferSize: 2, overflow: (a, b) => a + b });

      await expect(collect(values)).resolves.toEqual(['a', 'b', 'cde']);
    });

    it('holds no more than its size for a slow reader, which still receives all text in order', async () => {
      const source = new Subject<string>();
      const iterator = iterate(source, { bufferSize: 3, overflow: (a, b) => a + b });
      const sent = Array.from({ length: 1000 }, (_, number) => `${number} `);
      const read: string[] = [];
      void iterator.next();
      source.next('start ');
      for (const [position, text] of sent.entries()) {
        source.next(text);
        if (position % 100 === 99) {
          read.push((await iterator.next()).value as string);
        }
      }
      source.complete();
      const waiting = await collect({ [Symbol.asyncIterator]: () => iterator });

      expect(waiting).toHaveLength(2);
      expect([...read, ...waiting].join('')).toBe(sent.join(''));
    });

    it('fails the iteration if the function throws', async () => {
      const broken = new Error('The join is broken');
      const asked: number[] = [];
      const overflow = (): number => {
        throw broken;
      };
      const iterator = iterate(range(0, 1000).pipe(tap((number) => asked.push(number))), { bufferSize: 1, overflow });

      await expect(iterator.next()).resolves.toEqual(value(0));
      await expect(iterator.next()).resolves.toEqual(value(1));
      await expect(iterator.next()).rejects.toBe(broken);
      expect(asked).toEqual([0, 1, 2]);
    });
  });

  it('has unsubscribed from the source when the loop ends', async () => {
    const log: string[] = [];
    const source = of('a').pipe(finalize(() => log.push('source ended')));

    await collect(toAsyncIterable(source));
    log.push('loop ended');

    expect(log).toEqual(['source ended', 'loop ended']);
  });

  it('takes a source that was completed by an operator', async () => {
    const source = new Subject<string>();
    const collected = collect(toAsyncIterable(source.pipe(take(1))));
    source.next('a');

    await expect(collected).resolves.toEqual(['a']);
    expect(source.observed).toBe(false);
  });

  it.each([
    [{ bufferSize: 0 }, 'bufferSize must be a whole number, 1 or more, or Infinity, not 0'],
    [{ bufferSize: -1 }, 'bufferSize must be'],
    [{ bufferSize: 1.5 }, 'bufferSize must be'],
    [{ bufferSize: NaN }, 'bufferSize must be'],
    [{ bufferSize: '2' }, 'bufferSize must be'],
    [{ overflow: 'drop-newest' }, "overflow must be 'error', 'drop-oldest' or a function, not 'drop-newest'"],
    [{ overflow: null }, 'overflow must be'],
    [2, 'The configuration of toAsyncIterable must be an object, not 2'],
  ])('rejects %p', (config, message) => {
    expect(() => toAsyncIterable(EMPTY, config as AsyncIterableConfig<never>)).toThrow(TypeError);
    expect(() => toAsyncIterable(EMPTY, config as AsyncIterableConfig<never>)).toThrow(message);
  });
});
