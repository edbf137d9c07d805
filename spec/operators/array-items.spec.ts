import { concat, EMPTY, from, NEVER, of, take, throwError } from 'rxjs';
import * as z from 'zod/mini';
import {
  accumulateText,
  arrayItems,
  ConnectionError,
  LimitError,
  retryTransient,
  type OutputError,
  type StandardSchema,
} from '../../src/index.js';
import { failureOf, observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';

const city = z.object({ city: z.string() });
const pieces = { a: '[{"city":"Oslo"},{"ci', b: 'ty":"Rome"}', c: ']' };
const cities = { x: { city: 'Oslo' }, y: { city: 'Rome' } };
const broken = new ConnectionError('broken');

/** Any value, after as many turns as its number says. */
const slow: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'spec',
    validate: async (value) => {
      for (let turn = 0; turn < Number(value); turn += 1) {
        await Promise.resolve();
      }
      return Number(value) === 7 ? { issues: [{ message: 'Not seven' }] } : { value };
    },
  },
};

/** The elements and the error of a text, read whole and again character by character. */
async function read(
  text: string,
  path: readonly (string | number)[] = [],
  schema: StandardSchema = z.unknown(),
): Promise<{ readonly items: readonly unknown[]; readonly error: unknown }> {
  const runs = [of(text), from(text.split(''))].map((source) => observe(source.pipe(arrayItems(schema, { path }))));
  const [whole, cut] = await Promise.all(
    runs.map(async ({ values, ended }) => ({ error: await ended, items: [...values] })),
  );
  expect(cut).toEqual(whole);
  return whole!;
}

describe('arrayItems', () => {
  it('emits each element when it is whole', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|', pieces);
      const sourceSubs = ' ^------!';
      const expected = '   -x-y---|';

      expectObservable(source.pipe(arrayItems(city))).toBe(expected, cities);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits a number when it has ended, and all elements of a piece', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-b-c----d----|', { a: '[1', b: '2', c: ',3,"4', d: '",null]' });
      const expected = '   -----(wx)-(yz)-|';

      expectObservable(source.pipe(arrayItems(z.unknown()))).toBe(expected, { w: 12, x: 3, y: '4', z: null });
    });
  });

  it('waits for a source that never emits, and unsubscribes early', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|', pieces);

      expectObservable(NEVER.pipe(arrayItems(city))).toBe('-');
      expectObservable(source.pipe(arrayItems(city)), '--!').toBe('-x-', cities);
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('passes an error of the source through after the elements before it', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#', pieces, broken).pipe(arrayItems(city))).toBe('-x-#', cities, broken);
    });
  });

  it('begins again with each subscription', async () => {
    const items = of('[1', ',2]').pipe(arrayItems(z.number()));

    expect([await observe(items).ended, await observe(items).ended]).toEqual([undefined, undefined]);
    expect(observe(items).values).toEqual([1, 2]);
  });

  it.each<[string, readonly (string | number)[]]>([
    ['[1,[2,[3]],{"a":[4]},"",{}]', []],
    ['{"a":[0],"list":[1,[2,[3]],{"a":[4]},"",{}],"b":{"list":[9]}}', ['list']],
    ['{"list":{"list":[1,[2,[3]],{"a":[4]},"",{}]},"b":[5]}', ['list', 'list']],
    ['[[0],{"a":[8]},[[[7]],[1,[2,[3]],{"a":[4]},"",{}]],[6]]', [2, 1]],
    ['{"__proto__":[1,[2,[3]],{"a":[4]},"",{}]}', ['__proto__']],
    [' ```json\n[1,[2,[3]],{"a":[4]},"",{}]\n``` ', []],
    ['{"list":5,"list":[],"list":[1,[2,[3]],{"a":[4]},"",{}]}', ['list']],
  ])('reads %s at %j', async (text, path) => {
    expect(await read(text, path)).toEqual({ items: [1, [2, [3]], { a: [4] }, '', {}], error: undefined });
  });

  it('completes without elements of an empty array', async () => {
    expect(await read('{"list":[]}', ['list'])).toEqual({ items: [], error: undefined });
  });

  it('emits frozen values where the schema changes none', async () => {
    const { items } = await read('[{"a":[]},[[]]]');

    expect(items.map(Object.isFrozen)).toEqual([true, true]);
  });

  it.each<[string, readonly (string | number)[], unknown]>([
    ['{"a":1}', [], { a: 1 }],
    ['"[1]"', [], '[1]'],
    ['{"a":1}', ['list'], { a: 1 }],
    ['{"list":{"a":1}}', ['list'], { list: { a: 1 } }],
    ['{"list":[],"list":null}', ['list'], { list: null }],
    ['[{"list":[1]}]', [1, 'list'], [{ list: [1] }]],
    ['{"0":[1]}', [0], { 0: [1] }],
    ['[[1]]', ['0'], [[1]]],
    ['[]', ['length'], []],
    ['{}', ['constructor'], {}],
  ])('is a mismatch at the end if %s has no array at %j', async (text, path, partial) => {
    const { items, error } = await read(text, path);

    expect(items).toEqual([]);
    expect(error).toMatchObject({ name: 'OutputError', code: 'mismatch', issues: [{ path }] });
    expect((error as OutputError).partial).toEqual(partial);
  });

  it.each([
    ['{"list":[1],"list":[2]}', { list: [2] }],
    ['{"list":[1],"list":[]}', { list: [] }],
    ['{"list":[1],"list":2}', { list: 2 }],
  ])('is a mismatch at the end if elements were emitted of an array that does not count: %s', async (text, partial) => {
    const { items, error } = await read(text, ['list']);

    expect(items).toEqual([1]);
    expect(error).toMatchObject({ code: 'mismatch', issues: [{ path: ['list'] }] });
    expect((error as OutputError).partial).toEqual(partial);
  });

  it('is a mismatch at once if an element does not fit', async () => {
    const { items, error } = await read('{"list":[{"city":"Oslo"},{"city":1},{"city":2}]', ['list'], city);

    expect(items).toEqual([{ city: 'Oslo' }]);
    expect(error).toMatchObject({ code: 'mismatch', issues: [{ path: ['list', 1, 'city'] }], retryable: false });
    expect((error as OutputError).partial).toEqual({ city: 1 });
    expect(JSON.stringify(error)).not.toContain('partial');
  });

  it.each([
    ['', [], undefined],
    ['Sure!', [], undefined],
    ['[1,{"a":"b', [1], [{ a: 'b' }]],
    ['[1,2] or so', [1, 2], []],
    ['```\n[1]', [1], []],
  ])('is not_json at the end of %j', async (text, elements, partial) => {
    const { items, error } = await read(text);

    expect(items).toEqual(elements);
    expect(error).toMatchObject({ name: 'OutputError', code: 'not_json' });
    expect((error as OutputError).partial).toEqual(partial);
  });

  it('is a LimitError if an element nests too deeply, after the elements before it', async () => {
    const { items, error } = await read(`[1,2,${'['.repeat(128)}`);

    expect(items).toEqual([1, 2]);
    expect(error).toBeInstanceOf(LimitError);
  });

  it.each([
    ['completes', '[3,1,2]', EMPTY, [3, 1, 2], undefined],
    ['fails', '[3,1,', throwError(() => broken), [3, 1], broken],
    ['is cut', '[3,1,', EMPTY, [3, 1], { code: 'not_json' }],
    ['has an element that does not fit', '[3,7,2', NEVER, [3], { code: 'mismatch', issues: [{ path: [1] }] }],
  ])('keeps the order with an asynchronous schema if the source %s', async (_, text, end, items, failure) => {
    const { values, ended } = observe(concat(of(text), end).pipe(arrayItems(slow)));
    const error = await ended;

    expect(values).toEqual(items);
    expect([error]).toMatchObject([failure]);
  });

  it('passes what the schema throws', async () => {
    const fault = new Error('fault');
    const faulty = z.pipe(
      z.unknown(),
      z.transform(() => {
        throw fault;
      }),
    );

    expect(await failureOf(of('[1]').pipe(arrayItems(faulty)))).toBe(fault);
  });

  it('does not keep elements that were emitted', async () => {
    const text = `{"list":[${'{"a":1},'.repeat(20_000)}`;
    const error = await failureOf(of(text).pipe(arrayItems(z.unknown(), { path: ['list'] })));

    expect((error as OutputError).partial).toEqual({ list: [] });
  });

  it('is refused by a retry that restarts, as chunks are', () => {
    const restart = { restart: true };
    const refused = new TypeError('restart belongs after an accumulating operator, such as accumulateMessage()');
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-b-c-|', { a: '[1,', b: '"2"', c: ']' });

      expectObservable(source.pipe(arrayItems(z.unknown()), retryTransient(restart))).toBe('-#', undefined, refused);
      expectObservable(source.pipe(arrayItems(z.unknown()), retryTransient())).toBe('-a-b---|', { a: 1, b: '2' });
      expectObservable(source.pipe(accumulateText(), retryTransient(restart), take(1))).toBe('-(a|)', { a: '[1,' });
    });
  });

  it.each<[string, object]>([
    ['path must be a list of keys and indices, not a string', { path: 'list' }],
    ['path must be a list of keys and indices, not an object', { path: ['list', -1] }],
    ['path must be a list of keys and indices, not an object', { path: [0.5] }],
    ['Unknown field "Path" in the configuration of arrayItems; use path', { Path: [] }],
  ])('refuses a configuration: %s', (message, config) => {
    expect(() => arrayItems(city, config)).toThrow(new TypeError(message));
  });

  it('refuses what is not a schema, and what is not text', async () => {
    expect(() => arrayItems({} as never)).toThrow(
      new TypeError('arrayItems() takes a schema of zod or another library that follows Standard Schema'),
    );
    expect(await failureOf(of({ choices: [] } as unknown as string).pipe(arrayItems(city)))).toEqual(
      new TypeError('arrayItems() reads text, not chunks; put textDeltas() before it'),
    );
  });
});
