import { concat, EMPTY, of, type OperatorFunction, throwError } from 'rxjs';
import * as z from 'zod/mini';
import { accumulateObject, ConnectionError, LimitError, type StandardSchema, toObject } from '../../src/index.js';
import { failureOf } from '../support/observe.js';

const notJson = 'The answer is not JSON; ask for JSON with responseFormat() or textFormat()';
const city = z.object({ city: z.string() });

describe.each<[string, (schema: StandardSchema) => OperatorFunction<string, unknown>]>([
  ['toObject', toObject],
  ['accumulateObject', accumulateObject],
])('an answer that does not fit, read by %s', (name, operator) => {
  it.each([
    ['of no text', EMPTY, undefined],
    ['of other text', of('Sure! ', '{}'), undefined],
    ['that was cut', of('{"city":"Os'), { city: 'Os' }],
  ])('%s is an OutputError with the value so far', async (_what, source, partial) => {
    const error = await failureOf(source.pipe(operator(city)));

    expect(error).toMatchObject({ name: 'OutputError', code: 'not_json', message: notJson });
    expect((error as { partial?: unknown }).partial).toEqual(partial);
  });

  it('has all of a large list as the value so far', async () => {
    const pieces = ['{"list":[', ...Array.from({ length: 1500 }, () => '1,'), '"las'];
    const error = await failureOf(of(...pieces).pipe(operator(z.unknown())));
    const { list } = (error as { partial: { list: readonly unknown[] } }).partial;

    expect([list.length, list.at(-1), Object.isFrozen(list)]).toEqual([1501, 'las', true]);
  });

  it('is an OutputError with the issues and the parsed value', async () => {
    const error = await failureOf(of('[{"city":1}]').pipe(operator(z.array(city))));

    expect(error).toMatchObject({ name: 'OutputError', code: 'mismatch', partial: [{ city: 1 }] });
    expect(error).toMatchObject({ issues: [{ path: [0, 'city'], message: expect.any(String) }] });
    expect(JSON.stringify(error)).not.toContain('partial');
  });

  it('is a LimitError if it nests too deeply', async () => {
    expect(await failureOf(of('['.repeat(129)).pipe(operator(city)))).toBeInstanceOf(LimitError);
  });

  it('passes errors of the source and of the schema', async () => {
    const broken = new ConnectionError('broke');
    const fault = new Error('fault');
    const faulty = z.pipe(
      z.unknown(),
      z.transform(() => {
        throw fault;
      }),
    );

    expect(
      await failureOf(
        concat(
          of('{'),
          throwError(() => broken),
        ).pipe(operator(city)),
      ),
    ).toMatchObject({
      message: 'broke',
      ...(name === 'toObject' && { partial: {} }),
    });
    expect(await failureOf(of('{}').pipe(operator(faulty)))).toBe(fault);
  });
});
