import { expectTypeOf } from 'expect-type';
import { firstValueFrom } from 'rxjs';
import * as z from 'zod/mini';
import { type JsonSchema, type ParsedArguments, tool, type ToolContext } from '../../src/index.js';
import { classic } from '../support/classic-zod.js';

const parameters: JsonSchema = { type: 'object', properties: { city: { type: 'string' } } };
const context: ToolContext = {
  call: { id: '1', type: 'function', name: 'weather', arguments: '{}', complete: true, extra: {} },
  turn: 0,
  signal: new AbortController().signal,
};

/** What the tool's parser emits before `subscribe` returns. */
function parsedAtOnce(schema: JsonSchema | z.ZodMiniType, text: string): readonly ParsedArguments[] {
  const seen: ParsedArguments[] = [];
  tool({ name: 'a', parameters: schema, run: () => 1 })
    .parse(text)
    .subscribe((parsed) => seen.push(parsed));
  return seen;
}

describe('tool', () => {
  it('describes itself to the model, without strict rewriting unless asked', () => {
    const run = (): string => 'sunny';
    const schema = z.object({ city: z.string(), days: z.optional(z.int()) });

    expect(tool({ name: 'weather', description: 'The weather', parameters: schema, run })).toMatchObject({
      name: 'weather',
      description: 'The weather',
      strict: false,
      parameters: { type: 'object', required: ['city'], properties: { days: { type: 'integer' } } },
    });
    expect(tool({ name: 'a', parameters: z.object({ a: z.string() }), strict: true, run })).toMatchObject({
      strict: true,
      parameters: { additionalProperties: false },
    });
    expect(() => tool({ name: 'a', parameters: schema, strict: true, run })).toThrow(/^tool "a": "days" is optional/u);
    expect(
      tool({ name: 'a', parameters: classic.object({ a: classic.string() }).meta({ id: 'Arguments' }), run }),
    ).toMatchObject({ parameters: { type: 'object', required: ['a'] } });
  });

  it('runs with its arguments and its context', () => {
    const run = jest.fn(() => 'sunny');

    expect(tool({ name: 'weather', parameters, run }).run({ city: 'Bern' }, context)).toBe('sunny');
    expect(run).toHaveBeenCalledWith({ city: 'Bern' }, context);
  });

  it('gives the arguments of run the type of the schema, without an annotation', () => {
    tool({
      name: 'classic',
      parameters: classic.object({ city: classic.string(), days: classic.number().default(3) }),
      run: (args, { call, turn, signal }) => {
        expectTypeOf(args).toEqualTypeOf<{ city: string; days: number }>();
        expectTypeOf(call.name).toEqualTypeOf<string>();
        expectTypeOf(turn).toEqualTypeOf<number>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
    });
    tool({
      name: 'mini',
      parameters: z.object({
        city: z.pipe(
          z.string(),
          z.transform((text: string) => text.length),
        ),
      }),
      run: ({ city }) => {
        expectTypeOf(city).toEqualTypeOf<number>();
      },
    });
    tool({
      name: 'plain',
      parameters: { type: 'object', properties: {} },
      run: (args) => {
        expectTypeOf(args).toEqualTypeOf<object>();
      },
    });
    // @ts-expect-error -- The type of city is unknown, not any.
    tool({ name: 'unannotated', parameters: { type: 'object' }, run: ({ city }) => city as unknown });
    tool({ name: 'annotated', parameters: { type: 'object' }, run: ({ city }: { city: string }) => city });
    // @ts-expect-error -- The schema gives a text.
    tool({ name: 'wrong', parameters: z.object({ city: z.string() }), run: ({ city }: { city: number }) => city });
    expect.assertions(0);
  });

  describe('parses arguments', () => {
    const schema = z.object({ city: z.string(), days: z._default(z.int(), 3) });

    it('into what the schema gives, at once', () => {
      expect(parsedAtOnce(schema, '{"city":"Bern"}')).toStrictEqual([{ value: { city: 'Bern', days: 3 } }]);
    });

    it('into issues with their paths', () => {
      expect(parsedAtOnce(z.object({ list: z.array(schema) }), '{"list":[{"city":1}]}')).toStrictEqual([
        { issues: [{ path: ['list', 0, 'city'], message: expect.stringContaining('Invalid') }] },
      ]);
    });

    it.each(['', '{', '{"city":', 'city', '['.repeat(2_000) + ']'.repeat(2_000)])('that are not JSON, %p', (text) => {
      expect(parsedAtOnce(schema, text)).toStrictEqual([
        { issues: [{ path: [], message: 'The arguments are not valid JSON' }] },
      ]);
    });

    it.each(['null', '[]', '5', '"{}"'])('that are no object if the schema is plain, %s', (text) => {
      expect(parsedAtOnce(parameters, text)).toStrictEqual([
        { issues: [{ path: [], message: 'The arguments are not an object' }] },
      ]);
    });

    it('as any object if the schema is plain', () => {
      expect(parsedAtOnce(parameters, '{"town":1}')).toStrictEqual([{ value: { town: 1 } }]);
      expect(parsedAtOnce(parameters, '{')).toMatchObject([{ issues: [{ path: [] }] }]);
    });

    it('with an asynchronous schema', async () => {
      const slow = z.object({
        city: z.string().check(z.refine(async (city) => Promise.resolve(city !== 'Atlantis'), 'No such city')),
      });
      const { parse } = tool({ name: 'weather', parameters: slow, run: () => 1 });

      await expect(firstValueFrom(parse('{"city":"Bern"}'))).resolves.toStrictEqual({ value: { city: 'Bern' } });
      await expect(firstValueFrom(parse('{"city":"Atlantis"}'))).resolves.toStrictEqual({
        issues: [{ path: ['city'], message: 'No such city' }],
      });
    });

    it('with a library whose paths are objects, and only when subscribed', () => {
      const validate = jest.fn(() => ({ issues: [{ message: 'No', path: [{ key: 'city' }, 0] }] }));
      const other = {
        '~standard': { version: 1, vendor: 'other', validate, jsonSchema: { input: () => parameters } },
      } as const;
      const issues: unknown[] = [];
      const parsing = tool({ name: 'weather', parameters: other, run: () => 1 }).parse('{}');

      expect(validate).not.toHaveBeenCalled();
      parsing.subscribe((parsed) => issues.push(parsed));
      expect(issues).toStrictEqual([{ issues: [{ path: ['city', 0], message: 'No' }] }]);
    });

    it('and passes on what the schema throws', () => {
      const error = new Error('broken');
      const validate = (): never => {
        throw error;
      };
      const broken = {
        '~standard': { version: 1, vendor: 'x', validate, jsonSchema: { input: () => parameters } },
      } as const;
      const failed = jest.fn();

      tool({ name: 'a', parameters: broken, run: () => 1 })
        .parse('{}')
        .subscribe({ error: failed });
      expect(failed).toHaveBeenCalledWith(error);
    });
  });

  it.each<[string, object, RegExp]>([
    ['a wrong name', { name: 'a b' }, /name of a tool must be 1 to 64 .* not "a b"/u],
    ['no run', { run: undefined }, /tool "a": run must be a function, not undefined/u],
    ['a description that is no text', { description: 1 }, /description must be a string/u],
    ['strict that is no boolean', { strict: 'yes' }, /strict must be true or false/u],
    ['no parameters', { parameters: undefined }, /tool "a": the schema must be/u],
    ['parameters that are no object', { parameters: z.string() }, /parameters must be .*, such as z\.object\(/u],
    ['a shape of zod', { parameters: { city: z.string() } }, /tool "a": parameters must be the schema of an object/u],
    ['parameters without JSON', { parameters: z.object({ a: z.date() }) }, /tool "a": "a" has no JSON schema/u],
    ['an unknown field', { execute: () => 1 }, /Unknown field "execute"/u],
  ])('refuses %s at the call', (_, fields, message) => {
    const config = { name: 'a', parameters, run: () => 1, ...fields };

    expect(() => tool(config)).toThrow(TypeError);
    expect(() => tool(config)).toThrow(message);
  });
});
