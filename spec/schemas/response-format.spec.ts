import * as z from 'zod/mini';
import { type JsonSchema, responseFormat, type SchemaSource, textFormat } from '../../src/index.js';
import { classic } from '../support/classic-zod.js';

/** The schema that is sent for another. */
function sent(schema: SchemaSource, strict = true): JsonSchema | undefined {
  return responseFormat(schema, 'answer', { strict }).json_schema.schema;
}

/** An object in strict form. */
function closed(properties: Readonly<Record<string, unknown>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** A plain schema of an object with one property, `a`. */
function withA(schema: unknown): JsonSchema {
  return { type: 'object', properties: { a: schema }, required: ['a'] };
}

const string = { type: 'string' };

describe('responseFormat and textFormat', () => {
  describe('send a schema', () => {
    it('as the response_format of a chat request', () => {
      expect(responseFormat(z.object({ city: z.string() }), 'a_City-1', { description: 'Where' })).toStrictEqual({
        type: 'json_schema',
        json_schema: { name: 'a_City-1', description: 'Where', schema: closed({ city: string }), strict: true },
      });
    });

    it('as the text of a responses request', () => {
      expect(textFormat(withA(string), 'city', { strict: false })).toStrictEqual({
        format: { type: 'json_schema', name: 'city', schema: withA(string), strict: false },
      });
    });

    it('of zod classic and zod mini in the same form', () => {
      const fromClassic = classic.object({
        name: classic.string().min(1).describe('The name'),
        count: classic.int(),
        when: classic.iso.date(),
        tags: classic.array(classic.string().nullable()).min(1),
        kind: classic.enum(['a', 'b']),
        shape: classic.discriminatedUnion('is', [
          classic.object({ is: classic.literal('round'), radius: classic.number().positive() }),
          classic.object({ is: classic.literal('square') }),
        ]),
        length: classic.string().transform((text) => text.length),
      });
      const fromMini = z.object({
        name: z.string().check(z.minLength(1), z.describe('The name')),
        count: z.int(),
        when: z.iso.date(),
        tags: z.array(z.nullable(z.string())).check(z.minLength(1)),
        kind: z.enum(['a', 'b']),
        shape: z.discriminatedUnion('is', [
          z.object({ is: z.literal('round'), radius: z.number().check(z.positive()) }),
          z.object({ is: z.literal('square') }),
        ]),
        length: z.pipe(
          z.string(),
          z.transform((text: string) => text.length),
        ),
      });
      const expected = {
        name: { ...string, description: 'The name' },
        kind: { ...string, enum: ['a', 'b'] },
        length: string,
      };

      expect(sent(fromClassic)).toMatchObject({ properties: expected });
      expect(sent(fromMini)).toMatchObject({ properties: expected });
      expect(sent(fromClassic)).toMatchObject({
        properties: {
          count: { type: 'integer' },
          when: { type: 'string', format: 'date' },
          tags: { type: 'array', minItems: 1, items: { type: ['string', 'null'] } },
          shape: { anyOf: [closed({ is: { ...string, const: 'round' }, radius: { exclusiveMinimum: 0 } }), {}] },
        },
      });
      expect(sent(fromMini)).toMatchObject({
        properties: {
          count: { type: 'integer' },
          when: { type: 'string', format: 'date' },
          tags: { type: 'array', minItems: 1, items: { anyOf: [string, { type: 'null' }] } },
          shape: { anyOf: [closed({ is: { ...string, enum: ['round'] }, radius: { exclusiveMinimum: 0 } }), {}] },
        },
      });
    });

    it.each([
      [
        'zod classic',
        classic.object({
          get children() {
            return classic.array(classic.object({ leaf: classic.string() }));
          },
        }),
      ],
      [
        'zod mini',
        z.object({
          get children() {
            return z.array(z.object({ leaf: z.string() }));
          },
        }),
      ],
    ])('of %s whose properties are getters', (_, schema) => {
      expect(sent(schema)).toStrictEqual(closed({ children: { type: 'array', items: closed({ leaf: string }) } }));
    });

    it('of zod mini that contains itself, as the root or further down', () => {
      interface Tree {
        readonly children: readonly Tree[];
      }
      const tree: z.ZodMiniType<Tree> = z.object({ children: z.array(z.lazy(() => tree)) });
      const node = closed({ children: { type: 'array', items: { $ref: '#/$defs/schema1' } } });

      expect(sent(tree)).toStrictEqual(closed({ children: { type: 'array', items: { $ref: '#' } } }));
      expect(sent(z.object({ tree }))).toStrictEqual({
        ...closed({ tree: { $ref: '#/$defs/schema1' } }),
        $defs: { schema1: node },
      });
    });

    it('whose root has an id, as zod converts it, without a reference as the root', () => {
      const leaf = classic.object({ a: classic.string() }).meta({ id: 'Leaf' });
      const tree = classic
        .object({
          get trees() {
            return classic.array(tree);
          },
        })
        .meta({ id: 'Tree' }) as classic.ZodType;
      const node = closed({ trees: { type: 'array', items: { $ref: '#/$defs/Tree' } } });

      expect(sent(leaf)).toMatchObject(closed({ a: string }));
      expect(sent(leaf, false)).toMatchObject(withA(string));
      expect(sent(tree)).toStrictEqual({ ...node, $defs: { Tree: node } });
      expect(sent({ $ref: '#/definitions/leaf', definitions: { leaf: withA(string) } })).toMatchObject(
        closed({ a: string }),
      );
    });

    it('of any library that follows Standard JSON Schema, asking for its input', () => {
      const input = jest.fn(() => withA(string));

      expect(sent({ '~standard': { vendor: 'other', jsonSchema: { input } } })).toStrictEqual(closed({ a: string }));
      expect(input).toHaveBeenCalledWith({ target: 'draft-2020-12', libraryOptions: undefined });
    });

    it('of a library whose schemas are functions', () => {
      const schema = Object.assign(() => true, {
        '~standard': { vendor: 'arktype', jsonSchema: { input: () => withA(string) } },
      });

      expect(sent(schema)).toStrictEqual(closed({ a: string }));
    });

    it('as it is unless strict, and without changing it', () => {
      const schema = { $schema: 'x', type: 'object', properties: { a: { oneOf: [string] }, b: { default: 1 } } };
      const before = structuredClone(schema);

      expect(sent(schema, false)).toStrictEqual(before);
      expect(() => sent(schema)).toThrow(TypeError);
      expect(schema).toStrictEqual(before);
    });

    it('of zod mini that only strict output refuses', () => {
      const schema = z.object({
        record: z.record(z.string(), z.number()),
        tuple: z.tuple([z.string()], z.boolean()),
        loose: z.looseObject({ a: z.optional(z.null()) }),
        both: z.intersection(z.object({ a: z.string() }), z.object({ b: z._default(z.string(), 'b') })),
        any: z.unknown(),
      });

      expect(sent(schema, false)).toStrictEqual({
        type: 'object',
        properties: {
          record: { type: 'object', propertyNames: string, additionalProperties: { type: 'number' } },
          tuple: { type: 'array', prefixItems: [string], items: { type: 'boolean' } },
          loose: { type: 'object', properties: { a: { type: 'null' } }, required: [], additionalProperties: {} },
          both: {
            allOf: [
              { type: 'object', properties: { a: string }, required: ['a'] },
              { type: 'object', properties: { b: string }, required: [] },
            ],
          },
          any: {},
        },
        required: ['record', 'tuple', 'loose', 'both', 'any'],
      });
    });
  });

  describe('rewrite for strict output', () => {
    it.each<[string, unknown, unknown]>([
      ['objects that say nothing', withA(string), closed({ a: string })],
      ['an object without properties', { type: 'object' }, closed({})],
      ['an object or null', { type: ['object', 'null'], properties: {} }, { ...closed({}), type: ['object', 'null'] }],
      ['oneOf', { oneOf: [string, { type: 'null' }] }, { anyOf: [string, { type: 'null' }] }],
      ['$schema and default', { ...string, $schema: 'x', default: 'a' }, string],
      ['lengths', { ...string, minLength: 1, maxLength: 2, pattern: 'a' }, { ...string, pattern: 'a' }],
      ['known formats', { ...string, format: 'uuid' }, { ...string, format: 'uuid' }],
      ['unknown formats', { ...string, format: 'uri' }, string],
      ['combined patterns', { ...string, allOf: [{ pattern: 'a' }, { pattern: 'b' }] }, string],
      ['words beside a reference', { $ref: '#/$defs/a', description: 'An a' }, { $ref: '#/$defs/a' }],
      [
        'sizes',
        { type: 'array', items: string, minItems: 1, uniqueItems: true },
        { type: 'array', items: string, minItems: 1 },
      ],
      ['bounds', { type: 'number', minimum: 1, multipleOf: 2 }, { type: 'number', minimum: 1, multipleOf: 2 }],
    ])('%s', (_, schema, expected) => {
      expect(sent(withA(schema))).toStrictEqual(closed({ a: expected }));
    });

    it('definitions', () => {
      const schema = { ...withA({ $ref: '#/$defs/b' }), $defs: { b: withA(string) } };

      expect(sent(schema)).toStrictEqual({
        ...closed({ a: { $ref: '#/$defs/b' } }),
        $defs: { b: closed({ a: string }) },
      });
    });

    it('a property named __proto__ like any other', () => {
      const schema = JSON.parse(
        '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}',
      ) as JsonSchema;

      expect(JSON.stringify(sent(schema))).toBe(
        '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"],"additionalProperties":false}',
      );
    });
  });

  describe('refuse at the call, with path and way out,', () => {
    const optional = z.object({ steps: z.array(z.object({ title: z.optional(z.string()) })) });

    it.each<[string, SchemaSource, RegExp]>([
      ['optional properties', optional, /"steps\[\]\.title" is optional or has a default.*\.nullable\(\)/u],
      ['defaults', classic.object({ a: classic.string().default('x') }), /"a" is optional or has a default.*nullable/u],
      [
        'records',
        classic.object({ a: classic.record(classic.string(), classic.string()) }),
        /"a" is a record.*z\.array/u,
      ],
      ['loose objects', z.object({ a: z.looseObject({ b: z.string() }) }), /"a" is an object with further.*z\.object/u],
      ['tuples', z.object({ a: z.tuple([z.string()]) }), /"a" is a tuple.*z\.object/u],
      ['tuples of older drafts', withA({ type: 'array', items: [string] }), /"a" is a tuple/u],
      ['a root that is a list', z.array(z.string()), /the schema is not an object.*z\.object\(\{ value/u],
      ['a root that is a union', z.union([z.object({}), z.object({})]), /the schema is not an object/u],
      ['any value', z.object({ a: z.any() }), /"a" allows any value.*type/u],
      ['lists of anything', withA({ type: 'array' }), /"a\[\]" allows any value/u],
      ['combined objects', withA({ allOf: [withA(string), withA(string)] }), /"a" combines several.*z\.object/u],
      [
        'faults in unions',
        withA({ oneOf: [string, { type: 'object', properties: { b: string } }] }),
        /"a\.anyOf\[1\]\.b" is optional/u,
      ],
      ['faults in definitions', { ...withA(string), $defs: { b: {} } }, /"\$defs\.b" allows any value/u],
      [
        'names that read like keywords',
        z.object({ items: z.object({ properties: z.any() }) }),
        /"items\.properties" allows/u,
      ],
    ])('%s', (_, schema, message) => {
      expect(() => responseFormat(schema, 'answer')).toThrow(TypeError);
      expect(() => responseFormat(schema, 'answer')).toThrow(message);
      expect(() => textFormat(schema, 'answer')).toThrow(/^textFormat: .*strict: false/u);
    });

    it.each<[string, SchemaSource, RegExp]>([
      [
        'zod classic',
        classic.object({ a: classic.array(classic.object({ d: classic.date() })) }),
        /"a\[\]\.d" has no JSON schema \(Date/u,
      ],
      [
        'zod mini',
        z.object({ a: z.array(z.object({ d: z.date() })) }),
        /"a\[\]\.d" has no JSON schema \(z\.date\(\)\)/u,
      ],
      ['a literal', z.object({ a: z.literal([1n]) }), /"a" has no JSON schema/u],
    ])('types of %s that JSON does not have, strict or not', (_, schema, message) => {
      expect(() => sent(schema)).toThrow(message);
      expect(() => sent(schema, false)).toThrow(message);
      expect(() => sent(schema, false)).toThrow(TypeError);
    });

    it('schemas that cannot be converted', () => {
      const input = (): never => {
        throw new Error('Cannot convert');
      };
      const validate = () => ({ value: 1 });

      expect(() => sent({ '~standard': { vendor: 'other', jsonSchema: { input } } })).toThrow(
        /^responseFormat: the schema has no JSON schema \(Cannot convert\)/u,
      );
      expect(() => sent({ '~standard': { version: 1, vendor: 'other', validate } })).toThrow(
        /schema of other has no JSON schema; pass a plain JSON schema/u,
      );
      expect(() => sent('string' as unknown as JsonSchema)).toThrow(/must be a zod schema/u);
    });

    it.each(['', 'a b', 'ä', 'a'.repeat(65), 1])('the name %p', (name) => {
      expect(() => responseFormat(withA(string), name as string)).toThrow(/name of responseFormat must be 1 to 64/u);
    });

    it('options that do not exist or are of the wrong type', () => {
      expect(() => responseFormat(withA(string), 'a', { stict: true } as object)).toThrow(/Unknown field "stict"/u);
      expect(() => responseFormat(withA(string), 'a', { strict: 1 as unknown as boolean })).toThrow(/strict must be/u);
      expect(() => textFormat(withA(string), 'a', { description: 1 as unknown as string })).toThrow(
        /description must/u,
      );
    });
  });
});
