import { of, take } from 'rxjs';
import * as z from 'zod/mini';
import { accumulateObject } from '../../src/index.js';
import { observe } from '../support/observe.js';
import { runMarbles } from '../support/run-marbles.js';

const city = z.object({ city: z.string() });
const pieces = { a: '{"city":"Os', b: 'lo"}' };

describe('accumulateObject', () => {
  it('emits the value so far, and the validated value at completion', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|   ', pieces);
      const sourceSubs = ' ^----!   ';
      const expected = '   -x-y-(z|)';
      const values = { x: { city: 'Os' }, y: { city: 'Oslo' }, z: { city: 'Oslo' } };

      expectObservable(source.pipe(accumulateObject(city))).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('emits nothing for text that changes nothing', () => {
    runMarbles(({ cold, expectObservable }) => {
      const source = cold('-a-b-c-d-e-|   ', { a: '```', b: '\n{', c: '"city"', d: ':"Oslo"', e: '}\n```' });
      const expected = '   ---x---y---(z|)';

      expectObservable(source.pipe(accumulateObject(city))).toBe(expected, {
        x: {},
        y: { city: 'Oslo' },
        z: { city: 'Oslo' },
      });
    });
  });

  it('stops a synchronous source', async () => {
    const { values, ended } = observe(of('[1,', '2,', '3]').pipe(accumulateObject(z.array(z.number())), take(2)));

    expect(await ended).toBeUndefined();
    expect(values).toEqual([[1], [1, 2]]);
  });

  it('begins again with each subscription', async () => {
    const source = of('[1', ']').pipe(accumulateObject(z.array(z.number())));

    expect(await observe(source).ended).toBeUndefined();
    expect(await observe(source).ended).toBeUndefined();
  });
});
