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
const shaping = ['type', 'enum', 'const', 'anyOf', 'oneOf', '$ref', 'properties', 'items'];

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
    const required = Array.isArray(part['required']) ? (part['required'] as readonly unknown[]) : [];
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
    if (!isObject(part) || !shaping.some((keyword) => part[keyword] !== undefined)) {
      if (isObject(part) && Array.isArray(part['allOf'])) {
        refuse(path, 'combines several schemas', 'write one z.object() with all properties');
      }
      return refuse(path, 'allows any value', 'give it a type');
    }
    if (typeof part['$ref'] === 'string') {
      // The API refuses keywords beside a reference.
      return { $ref: part['$ref'] };
    }
    if (Array.isArray(part['allOf']) && part['allOf'].some((member) => !isObject(member) || hasShape(member))) {
      refuse(path, 'combines several schemas', 'write one z.object() with all properties');
    }
    const types: readonly unknown[] = [part['type']].flat();
    const isOpen = part['properties'] !== undefined && part['type'] === undefined;
    const anyOf = part['anyOf'] ?? part['oneOf'];
    return {
      ...Object.fromEntries(kept.flatMap((keyword) => (part[keyword] === undefined ? [] : [[keyword, part[keyword]]]))),
      ...(formats.includes(part['format']) && { format: part['format'] }),
      ...(isOpen && { type: 'object' }),
      ...((isOpen || types.includes('object')) && closeObject(part, path)),
      ...((types.includes('array') || part['items'] !== undefined) && rewriteItems(part, path)),
      ...(Array.isArray(anyOf) && { anyOf: anyOf.map((member, place) => rewrite(member, [...path, 'anyOf', place])) }),
    };
  };

  if (schema['type'] !== 'object') {
    refuse([], 'is not an object', 'put it into one, such as z.object({ value: … })');
  }
  return {
    ...rewrite(schema, []),
    ...Object.fromEntries(
      ['$defs', 'definitions']
        .filter((keyword) => schema[keyword] !== undefined)
        .map((keyword) => [keyword, rewriteEach(schema[keyword], [keyword])]),
    ),
  };
}

/** Whether a member of `allOf` does more than narrow the value. Its type is that of the schema around it. */
function hasShape(member: Schema): boolean {
  return [...shaping, 'allOf', 'additionalProperties'].some(
    (keyword) => keyword !== 'type' && member[keyword] !== undefined,
  );
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
