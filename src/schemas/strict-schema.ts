import { isObject } from '../util/is-object.js';

type Schema = Readonly<Record<string, unknown>>;
/** Where a schema is, as keywords, names and positions from the root. */
type Path = readonly (string | number)[];

/** Annotations, and keywords that only narrow a value and that the API knows. `format` is looked at. */
const kept = [
  'title',
  'description',
  'type',
  'enum',
  'const',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
];

const formats: readonly unknown[] = [
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
];

/** Keywords that give a value its shape. */
const shaping = ['type', 'enum', 'const', '$ref', 'properties', 'items'];
const combining = ['anyOf', 'oneOf', 'allOf'];

/** In drafts up to 4, a boolean says whether the bound beside it is exclusive. */
const bounds = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const;

/**
 * Rewrites a JSON schema for strict output: objects are closed, `oneOf` becomes `anyOf`, and keywords that only narrow a
 * value are dropped if the API rejects them. The schema is not modified.
 *
 * @param owner The function that was called, for messages.
 * @throws TypeError naming the path of a part that strict output cannot hold, and what to use instead.
 */
export function toStrictSchema(owner: string, schema: Schema): Schema {
  const refuse = (path: Path, problem: string, instead: string): never => {
    throw new TypeError(
      `${owner}: ${describePath(path)} ${problem}, which strict output cannot hold; ${instead}, or pass strict: false`,
    );
  };

  const rewriteEach = (parts: unknown, path: Path): Schema =>
    Object.fromEntries(
      Object.entries(isObject(parts) ? parts : {}).map(([name, part]) => [name, rewrite(part, [...path, name])]),
    );

  const closeObject = (part: Schema, path: Path): Schema => {
    const properties = isObject(part['properties']) ? part['properties'] : {};
    const names = Object.keys(properties);
    const others = part['additionalProperties'];
    if ((others !== undefined && others !== false) || part['patternProperties'] !== undefined) {
      if (names.length > 0) {
        refuse(
          path,
          'is an object with further properties',
          'list all properties and use z.object() or z.strictObject()',
        );
      }
      refuse(path, 'is a record', 'use a list such as z.array(z.object({ key: z.string(), value: … }))');
    }
    const required = Array.isArray(part['required']) ? (part['required'] as readonly string[]) : [];
    const untold = required.find((name) => !Object.hasOwn(properties, name));
    if (untold !== undefined) {
      rewrite(undefined, [...path, 'properties', untold]);
    }
    const optional = names.find((name) => !required.includes(name));
    if (optional !== undefined) {
      refuse([...path, 'properties', optional], 'is optional or has a default', 'use .nullable() instead');
    }
    return {
      properties: rewriteEach(properties, [...path, 'properties']),
      required: names,
      additionalProperties: false,
    };
  };

  const rewriteItems = (part: Schema, path: Path): Schema => {
    if (part['prefixItems'] !== undefined || Array.isArray(part['items'])) {
      refuse(path, 'is a tuple', 'use z.object() with a name for each member, or z.array()');
    }
    return { items: rewrite(part['items'], [...path, 'items']) };
  };

  const rewrite = (part: unknown, path: Path): Schema => {
    if (!isObject(part)) {
      return refuse(path, part === false ? 'allows no value' : 'allows any value', 'give it a type');
    }
    if (typeof part['$ref'] === 'string') {
      // The API refuses keywords beside a reference.
      return { $ref: part['$ref'] };
    }
    const { allOf, ...around } = part;
    if (
      Array.isArray(allOf) &&
      allOf.length === 1 &&
      ![...shaping, ...combining].some((keyword) => around[keyword] !== undefined)
    ) {
      // Generators write it so because older drafts ignore words beside a reference.
      return rewrite({ ...around, ...(allOf[0] as unknown as Schema) }, path);
    }
    const [combined, ...others] = combining.filter((keyword) => combinesShapes(part, keyword));
    const hasMembers = part['properties'] !== undefined || part['items'] !== undefined;
    if (combined === 'allOf' || others.length > 0 || (combined !== undefined && hasMembers)) {
      refuse(path, 'combines several schemas', 'write one z.object() with all properties');
    }
    if (combined === undefined && !shaping.some((keyword) => part[keyword] !== undefined)) {
      refuse(path, part['not'] === undefined ? 'allows any value' : 'allows no value', 'give it a type');
    }
    const isOpen = part['type'] === undefined;
    const types: readonly unknown[] = [part['type']].flat();
    const isMap = types.includes('object') || (isOpen && part['properties'] !== undefined);
    const isList = types.includes('array') || (isOpen && part['items'] !== undefined);
    const alternatives = combined === undefined ? [] : (part[combined] as readonly unknown[]);
    const definitions = ['$defs', 'definitions'].filter((keyword) => part[keyword] !== undefined);
    return {
      // A union of objects says so in each of them, where they are closed.
      ...keptOf(combined !== undefined && (isMap || isList) ? { ...part, type: undefined } : part),
      ...(isOpen && (isMap || isList) && { type: isMap ? 'object' : 'array' }),
      ...(combined === undefined
        ? { ...(isMap && closeObject(part, path)), ...(isList && rewriteItems(part, path)) }
        : { anyOf: alternatives.map((member, place) => rewrite(member, [...path, 'anyOf', place])) }),
      ...Object.fromEntries(definitions.map((keyword) => [keyword, rewriteEach(part[keyword], [...path, keyword])])),
    };
  };

  const root = rewrite(schema, []);
  if (root['type'] !== 'object') {
    refuse([], 'is not an object', 'put it into one, such as z.object({ value: … })');
  }
  return root;
}

/** Whether a keyword combines schemas of which one does more than narrow what the schema around them allows. */
function combinesShapes(part: Schema, keyword: string): boolean {
  const members = part[keyword];
  const shapes = [...shaping, ...combining, 'additionalProperties'].filter(
    (shape) => shape !== 'type' || part['type'] === undefined,
  );
  const hasShape = (member: unknown): boolean =>
    !isObject(member) || shapes.some((shape) => member[shape] !== undefined);
  return Array.isArray(members) && members.some(hasShape);
}

/** Returns the keywords that the API knows and whose values are no schemas. */
function keptOf(part: Schema): Schema {
  const words: Record<string, unknown> = { ...part };
  for (const [bound, mark] of bounds.filter(([, name]) => typeof part[name] === 'boolean')) {
    words[mark] = part[mark] === true ? part[bound] : undefined;
    words[bound] = part[mark] === true ? undefined : part[bound];
  }
  const isKept = (keyword: string): boolean => words[keyword] !== undefined;
  return {
    ...Object.fromEntries(kept.filter(isKept).map((keyword) => [keyword, words[keyword]])),
    ...(formats.includes(part['format']) && { format: part['format'] }),
  };
}

/** Shows a path as people write it, such as `"steps[].title"`. */
export function describePath(path: Path): string {
  let shown = '';
  let isName = false;
  for (const step of path) {
    // A name may read like a keyword.
    if (!isName && step === 'properties') {
      isName = true;
      continue;
    }
    if (typeof step === 'number') {
      shown += `[${step}]`;
    } else if (!isName && step === 'items') {
      shown += '[]';
    } else {
      shown += shown === '' ? step : `.${step}`;
    }
    isName = false;
  }
  return shown === '' ? 'the schema' : `"${shown}"`;
}
