import { NEVER, of } from 'rxjs';
import * as z from 'zod/mini';
import { toObject } from '../../src/index.js';
import { observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';

const city = z.object({ city: z.string() });
const pieces = { a: '{"city":"Os', b: 'lo"}' };

/** Reads numbers written as text, and only those, in a way that cannot answer at once. */
const slowNumber = z.pipe(
  z.string().check(z.refine((text) => Promise.resolve(/^\d+$/u.test(text)))),
  z.transform(Number),
);

describe('toObject', () => {
  it('emits the validated value at completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|   ', pieces);
      const sourceSubs = ' ^----!   ';
      const expected = '   -----(x|)';

      expectObservable(source.pipe(toObject(city))).toBe(expected, { x: { city: 'Oslo' } });
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('waits for a source that never emits, and unsubscribes early', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   -a-b-|', pieces);
      const unsubscription = '--!   ';

      expectObservable(NEVER.pipe(toObject(city))).toBe('-');
      expectObservable(source.pipe(toObject(city)), unsubscription).toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('emits the output of an asynchronous schema that transforms', async () => {
    const { values, ended } = observe(of('"4', '2"').pipe(toObject(slowNumber)));

    expect(await ended).toBeUndefined();
    expect(values).toEqual([42]);
  });

  it('refuses what is not a schema', () => {
    expect(() => toObject({} as never)).toThrow(
      new TypeError('toObject() takes a schema of zod or another library that follows Standard Schema'),
    );
  });
});
