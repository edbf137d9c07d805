import { UsageError } from '../errors.js';

const types = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

const isText = (value: unknown): boolean => typeof value === 'string';
const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isMap(value);
const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const isType = (value: unknown): boolean => types.some((type) => type === value);
const isListOf =
  (isItem: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isItem);

const type = { expected: `one of ${types.join(', ')}, or a list of them`, fits: either(isType, isListOf(isType)) };
const list = { expected: 'a list', fits: Array.isArray };
const names = { expected: 'a list of names', fits: isListOf(isText) };
const schema = {
  expected: 'a schema',
  fits: isSchema,
  partsOf: (value: unknown): readonly unknown[] => [value].flat(),
};
const schemas = { ...schema, expected: 'a list of schemas', fits: isListOf(isSchema) };
const schemasByName = {
  expected: 'an object of schemas',
  fits: (value: unknown) => isMap(value) && Object.values(value).every(isSchema),
  partsOf: (value: unknown): readonly unknown[] => Object.values(value as object),
};

interface Keyword {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  /** Lists the schemas in it. */
  readonly partsOf?: (value: unknown) => readonly unknown[];
}

/** The keywords whose value the validator takes for granted. */
const keywords: Readonly<Record<string, Keyword>> = {
  type,
  enum: list,
  required: names,
  properties: schemasByName,
  patternProperties: schemasByName,
  $defs: schemasByName,
  definitions: schemasByName,
  additionalProperties: schema,
  items: { ...schema, fits: either(isSchema, schemas.fits) }, // A list of schemas up to 2019-09.
  prefixItems: schemas,
  anyOf: schemas,
  allOf: schemas,
  oneOf: schemas,
  not: schema,
};

/**
 * Checks the keywords of a schema and of the schemas in it. What is in other keywords, such as an example, is not looked at.
 *
 * @throws {UsageError} For one that has a value of the wrong kind.
 */
export function checkKeywords(root: unknown): void {
  for (const [name, value] of Object.entries(isMap(root) ? root : {})) {
    const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (keyword?.fits(value) === false) {
      throw new UsageError(`--schema is invalid: "${name}" must be ${keyword.expected}`);
    }
    keyword?.partsOf?.(value).forEach(checkKeywords);
  }
}

function either(...checks: readonly ((value: unknown) => boolean)[]) {
  return (value: unknown): boolean => checks.some((fits) => fits(value));
}
