type Path = readonly (string | number)[];
type Schema = Record<string, unknown>;

/** What this file reads of a schema of zod 4, whose definitions are plain data. */
interface ZodSchema {
  readonly _zod: { readonly def: Definition; readonly optin?: 'optional' | undefined; readonly pattern?: RegExp };
}

interface Check {
  readonly check?: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly inclusive?: boolean;
  readonly local?: boolean;
  readonly precision?: number | null;
  readonly value?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
}

interface Definition extends Check {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
  readonly shape: Readonly<Record<string, ZodSchema>>;
  readonly catchall?: ZodSchema;
  readonly element: ZodSchema;
  readonly options: readonly ZodSchema[];
  readonly values: readonly unknown[];
  readonly entries: Readonly<Record<string, unknown>>;
  readonly innerType: ZodSchema;
  readonly getter: () => ZodSchema;
  readonly in: ZodSchema;
  readonly out: ZodSchema;
  readonly keyType: ZodSchema;
  readonly valueType: ZodSchema;
  readonly items: readonly ZodSchema[];
  readonly rest: ZodSchema | null;
  readonly left: ZodSchema;
  readonly right: ZodSchema;
}

/** Whether a value is a schema of zod 4, classic or mini. */
export function isZodSchema(schema: object): schema is ZodSchema {
  return (schema as Partial<ZodSchema>)._zod?.def !== undefined;
}

/**
 * Converts a schema of `zod/mini` to JSON schema, of its input. Written here because zod's own converter would more than
 * double what a page downloads for `tool` and `responseFormat`; it reads the schema only, and imports nothing.
 *
 * @param refuse Creates the error for a part that has no JSON schema.
 */
export function zodJsonSchema(root: ZodSchema, refuse: (path: Path, reason: string) => TypeError): Schema {
  /** Schemas that are being converted, with the reference to each that contains itself, which stays. */
  const open = new Map<ZodSchema, string | undefined>();
  const definitions: Schema = {};
  let count = 0;

  const convert = (schema: ZodSchema, path: Path): Schema => {
    if (open.has(schema)) {
      const reference = schema === root ? '#' : (open.get(schema) ?? `#/$defs/schema${(count += 1)}`);
      open.set(schema, reference);
      return { $ref: reference };
    }
    open.set(schema, undefined);
    const converted = { ...convertType(schema, path), ...annotations(schema) };
    const reference = open.get(schema);
    if (reference === undefined || schema === root) {
      open.delete(schema);
      return converted;
    }
    definitions[reference.slice('#/$defs/'.length)] = converted;
    return { $ref: reference };
  };

  const convertType = (schema: ZodSchema, path: Path): Schema => {
    const { def } = schema._zod;
    switch (def.type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return { type: def.type, ...narrowing(def) };
      case 'template_literal':
        return { type: 'string', pattern: schema._zod.pattern?.source };
      case 'any':
      case 'unknown':
        return {};
      case 'never':
        return { not: {} };
      case 'literal':
      case 'enum':
        return allowed(def, path);
      case 'array':
        return { type: 'array', items: convert(def.element, [...path, 'items']), ...narrowing(def) };
      case 'tuple':
        return {
          type: 'array',
          prefixItems: def.items.map((item, place) => convert(item, [...path, 'prefixItems', place])),
          items: def.rest === null ? false : convert(def.rest, [...path, 'items']),
        };
      case 'object':
        return convertObject(def, path);
      case 'record':
        return {
          type: 'object',
          propertyNames: convert(def.keyType, [...path, 'propertyNames']),
          additionalProperties: convert(def.valueType, [...path, 'additionalProperties']),
        };
      case 'union':
        return { anyOf: def.options.map((option, place) => convert(option, [...path, 'anyOf', place])) };
      case 'intersection':
        return { allOf: [def.left, def.right].map((side, place) => convert(side, [...path, 'allOf', place])) };
      case 'nullable':
        return { anyOf: [convert(def.innerType, path), { type: 'null' }] };
      case 'optional':
      case 'nonoptional':
      case 'default':
      case 'prefault':
      case 'catch':
      case 'readonly':
        return convert(def.innerType, path);
      case 'lazy':
        return convert(def.getter(), path);
      case 'pipe':
        return convert(inputOf(def), path);
      default:
        throw refuse(path, `z.${def.type}()`);
    }
  };

  const convertObject = (def: Definition, path: Path): Schema => {
    const fields = Object.entries(def.shape);
    const others = def.catchall;
    return {
      type: 'object',
      properties: Object.fromEntries(
        fields.map(([name, field]) => [name, convert(field, [...path, 'properties', name])]),
      ),
      required: fields.flatMap(([name, field]) => (isOptional(field) ? [] : [name])),
      ...(others !== undefined && {
        additionalProperties: others._zod.def.type !== 'never' && convert(others, [...path, 'additionalProperties']),
      }),
    };
  };

  const allowed = (def: Definition, path: Path): Schema => {
    const values = def.type === 'literal' ? def.values : enumValues(def.entries);
    const types = new Set(values.map((value) => (value === null ? 'null' : typeof value)));
    if (types.has('undefined') || types.has('bigint')) {
      throw refuse(path, 'a literal that JSON does not have');
    }
    return { ...(types.size === 1 && { type: [...types][0] }), enum: [...values] };
  };

  const converted = convert(root, []);
  return Object.keys(definitions).length === 0 ? converted : { ...converted, $defs: definitions };
}

/** The side of a pipe that a value enters; a function in front of a schema says nothing about its input. */
function inputOf(def: Definition): ZodSchema {
  return def.in._zod.def.type === 'transform' ? def.out : def.in;
}

/** Whether a property may be absent. Functions accept absent values at run time, whatever the schema around them says. */
function isOptional(field: ZodSchema): boolean {
  const { def, optin } = field._zod;
  if (def.type === 'catch') {
    return isOptional(def.innerType);
  }
  return def.type === 'pipe' && def.in._zod.def.type === 'transform' ? isOptional(def.out) : optin !== undefined;
}

/** An enum with numbers, as TypeScript compiles it, also maps each number to its name. */
function enumValues(entries: Readonly<Record<string, unknown>>): readonly unknown[] {
  const numbers = Object.values(entries).filter((value) => typeof value === 'number');
  return Object.entries(entries)
    .filter(([name]) => !numbers.includes(Number(name)))
    .map(([, value]) => value);
}

/** The checks of a type, as far as JSON schema has words for them. Of a bound that is given twice, the narrower counts. */
function narrowing(def: Definition): Schema {
  const checks = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  const size = def.type === 'array' ? 'Items' : 'Length';
  const keywords: Schema = {};
  for (const [keyword, value] of checks.flatMap((check) => Object.entries(keywordsOf(check, size)))) {
    const narrower = /min/iu.test(keyword) ? Math.max : Math.min;
    const isTwice = /min|max/iu.test(keyword) && keyword in keywords;
    keywords[keyword] = isTwice ? narrower(Number(keywords[keyword]), Number(value)) : value;
  }
  return keywords;
}

const formats: Readonly<Record<string, string>> = { datetime: 'date-time', guid: 'uuid', url: 'uri' };

function keywordsOf(check: Check, size: 'Items' | 'Length'): Schema {
  switch (check.check) {
    case 'greater_than':
      return { [check.inclusive === true ? 'minimum' : 'exclusiveMinimum']: check.value };
    case 'less_than':
      return { [check.inclusive === true ? 'maximum' : 'exclusiveMaximum']: check.value };
    case 'multiple_of':
      return { multipleOf: check.value };
    case 'number_format':
      return check.format?.includes('int') === true ? { type: 'integer' } : {};
    case 'min_length':
      return { [`min${size}`]: check.minimum };
    case 'max_length':
      return { [`max${size}`]: check.maximum };
    case 'length_equals':
      return { [`min${size}`]: check.length, [`max${size}`]: check.length };
    case 'string_format':
      return {
        ...(hasFormat(check) && { format: formats[check.format] ?? check.format }),
        ...(check.pattern !== undefined && { pattern: check.pattern.source }),
      };
    default:
      return {};
  }
}

/** Whether a text is of its format: a time, or a date and time, of zod may lack the zone that the format asks for. */
function hasFormat(check: Check): check is Check & { readonly format: string } {
  const isLax = check.format === 'time' || check.local === true || check.precision === -1;
  return check.format !== undefined && check.format !== 'regex' && !isLax;
}

/** The title, the description and other words of a schema, which zod keeps in a registry that all its copies share. */
function annotations(schema: ZodSchema): Schema {
  const { __zod_globalRegistry: registry } = globalThis as {
    readonly __zod_globalRegistry?: { readonly get: (schema: object) => Schema | undefined };
  };
  const words = Object.entries(registry?.get(schema) ?? {});
  return Object.fromEntries(words.filter(([name]) => name !== 'id'));
}
