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

    it.each([
      ['classic', classic.object({ a: classic.string() }).meta({ id: 'ClassicRoot' })],
      ['mini', z.readonly(z.object({ a: z.string() }))],
    ])('of zod %s that gives its root a name', (_, schema) => {
      expect(sent(schema)).toMatchObject(closed({ a: string }));
      expect(sent(schema, false)).toMatchObject({ type: 'object', properties: { a: string } });
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

    it('of zod mini with kinds that contain each other, each once', () => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
      const kinds: readonly z.ZodMiniType[] = names.map((name) =>
        z.object({
          name: z.literal(name),
          get parts() {
            return z.array(z.union(kinds));
          },
        }),
      );
      const schema = sent(z.object({ value: z.union(kinds) }));

      expect(JSON.stringify(schema).length).toBeLessThan(20_000);
      expect(Object.keys(schema?.['$defs'] as object).length).toBeLessThanOrEqual(names.length);
    });

    it.each<[string, SchemaSource, SchemaSource]>([
      [
        'bounds given twice',
        classic.number().min(3).min(1).max(5).max(9),
        z.number().check(z.gte(3), z.gte(1), z.lte(5), z.lte(9)),
      ],
      [
        'sizes given twice',
        classic.array(classic.null()).min(3).min(1),
        z.array(z.null()).check(z.minLength(3), z.minLength(1)),
      ],
      ['times', classic.iso.time(), z.iso.time()],
      ['local times', classic.iso.datetime({ local: true }), z.iso.datetime({ local: true })],
      ['times without seconds', classic.iso.datetime({ precision: -1 }), z.iso.datetime({ precision: -1 })],
      ['times with a zone', classic.iso.datetime({ offset: true }), z.iso.datetime({ offset: true })],
      ['nothing', classic.never(), z.never()],
      [
        'titles and examples',
        classic.string().meta({ title: 'Word', examples: ['a'] }),
        z.string().check(z.meta({ id: 'MiniWord', title: 'Word', examples: ['a'] })),
      ],
    ])('of %s like zod classic', (_, fromClassic, fromMini) => {
      const { $schema, ...expected } = sent(fromClassic, false) ?? {};

      expect($schema).toBeDefined();
      expect(sent(fromMini, false)).toEqual(expected);
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
      [
        'exclusive bounds of older drafts',
        { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: false },
        { type: 'number', exclusiveMinimum: 1, maximum: 2 },
      ],
      ['a list that does not say so', { items: string }, { type: 'array', items: string }],
      [
        'a schema with words around it',
        { title: 'A', default: 1, allOf: [{ $ref: '#/$defs/a' }] },
        { $ref: '#/$defs/a' },
      ],
      [
        'an object with words around it',
        { title: 'A', allOf: [withA(string)] },
        { title: 'A', ...closed({ a: string }) },
      ],
      ['unions of objects', { type: 'object', oneOf: [withA(string)] }, { anyOf: [closed({ a: string })] }],
      [
        'named values',
        { ...string, oneOf: [{ const: 'a', title: 'A' }] },
        { ...string, anyOf: [{ const: 'a', title: 'A' }] },
      ],
      ['alternatives that only narrow', { ...withA(string), anyOf: [{ required: ['a'] }] }, closed({ a: string })],
      [
        'definitions below the root',
        { ...withA({ $ref: '#/properties/a/$defs/b' }), $defs: { b: withA(string) } },
        { ...closed({ a: { $ref: '#/properties/a/$defs/b' } }), $defs: { b: closed({ a: string }) } },
      ],
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

    it.each<[string, JsonSchema, unknown]>([
      ['an object that does not say so', { properties: { a: string }, required: ['a'] }, closed({ a: string })],
      [
        'a reference to an object',
        { $ref: '#/definitions/b', title: 'B', definitions: { b: withA(string) } },
        { title: 'B', ...closed({ a: string }), definitions: { b: closed({ a: string }) } },
      ],
      [
        'a reference to a reference with an escaped name',
        { $ref: '#/$defs/b', $defs: { b: { $ref: '#/$defs/c~1~0' }, 'c/~': withA(string) } },
        { ...closed({ a: string }), $defs: { b: { $ref: '#/$defs/c~1~0' }, 'c/~': closed({ a: string }) } },
      ],
    ])('a root that is %s', (_, schema, expected) => {
      expect(sent(schema)).toStrictEqual(expected);
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
      ['unions of two kinds', withA({ anyOf: [string], oneOf: [string] }), /"a" combines several/u],
      ['a union beside a schema', withA({ anyOf: [string], allOf: [withA(string)] }), /"a" combines several/u],
      ['properties beside a union', withA({ ...withA(string), anyOf: [withA(string)] }), /"a" combines several/u],
      [
        'an object at the root that is a union',
        { type: 'object', oneOf: [withA(string)] },
        /the schema is not an object/u,
      ],
      ['a root that refers to itself', { $ref: '#' }, /the schema is not an object/u],
      ['a root that refers to nothing', { $ref: '#/$defs/b' }, /the schema is not an object/u],
      ['required properties of any value', withA({ type: 'object', required: ['b'] }), /"a\.b" allows any value/u],
      ['no value, of zod classic', classic.object({ a: classic.never() }), /"a" allows no value.*type/u],
      ['no value, of zod mini', z.object({ a: z.never() }), /"a" allows no value.*type/u],
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
      // A schema of zod 3.
      expect(() => sent({ '~standard': { version: 1, vendor: 'zod', validate } })).toThrow(
        /schema of zod has no JSON schema; use zod 4, or pass a plain JSON schema/u,
      );
      expect(() => sent('string' as unknown as JsonSchema)).toThrow(/must be a zod schema/u);
    });

    it.each(['', 'a b', 'ä', 'a'.repeat(65), 1])('the name %p, which the message shows', (name) => {
      const format = (): unknown => responseFormat(withA(string), name as string);

      expect(format).toThrow(/name of responseFormat must be 1 to 64/u);
      expect(format).toThrow(`hyphens, not ${typeof name === 'string' ? JSON.stringify(name) : 'number'}`);
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
