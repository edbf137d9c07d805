import { check, checkConfig } from '../util/check.js';
import type { ResponseFormat } from './chat-completion-request.js';
import { type JsonSchema, type SchemaSource, toJsonSchema, withoutRootReference } from './json-schema.js';
import type { ResponseTextFormat } from './response-request.js';
import { toStrictSchema } from './strict-schema.js';

/** Options of {@link responseFormat} and {@link textFormat}. */
export interface FormatOptions {
  /**
   * Whether the server holds the model to the schema, for which the schema is rewritten; `false` sends it as it is.
   * Defaults to true.
   */
  readonly strict?: boolean | undefined;
  /** Tells the model what the answer is for. */
  readonly description?: string | undefined;
}

/**
 * Creates the `response_format` of a chat request from a schema, so that the answer is JSON of that shape. Read it with
 * the same schema, which checks also what the server does not.
 *
 * What is sent describes the input of the schema, before defaults and transforms. Strict output closes objects, changes
 * `oneOf` to `anyOf`, and drops keywords that only narrow a value if the API does not know them. A root that refers to a
 * definition becomes that definition.
 *
 * @param schema A zod schema (classic or mini), one with Standard JSON Schema, or a plain JSON schema.
 * @param name 1 to 64 letters, digits, underscores and hyphens.
 * @throws TypeError for what strict output cannot hold, naming its path and what to use instead: optional properties and
 *   defaults, records, objects with further properties, tuples, a root that is not an object, and types without JSON.
 * @see {@link textFormat} for `responses`.
 */
export function responseFormat(
  schema: SchemaSource,
  name: string,
  options: FormatOptions = {},
): Extract<ResponseFormat, { readonly type: 'json_schema' }> {
  return { type: 'json_schema', json_schema: namedSchema('responseFormat', schema, name, options) };
}

/**
 * Creates the `text` of a responses request from a schema, so that the answer is JSON of that shape. Its arguments and
 * errors are those of {@link responseFormat}.
 */
export function textFormat(
  schema: SchemaSource,
  name: string,
  options: FormatOptions = {},
): { readonly format: Extract<ResponseTextFormat, { readonly type: 'json_schema' }> } {
  return { format: { type: 'json_schema', ...namedSchema('textFormat', schema, name, options) } };
}

/** The rule of the API for names of schemas and tools. */
export function checkName(owner: string, name: unknown): void {
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/u.test(name)) {
    const shown = typeof name === 'string' ? JSON.stringify(name) : typeof name;
    throw new TypeError(`The name of ${owner} must be 1 to 64 letters, digits, underscores and hyphens, not ${shown}`);
  }
}

function namedSchema(owner: string, schema: SchemaSource, name: string, options: FormatOptions): NamedSchema {
  checkName(owner, name);
  checkConfig(owner, options, ['strict', 'description']);
  const { strict = true, description } = options;
  check(typeof strict === 'boolean', 'strict', 'true or false', strict);
  check(description === undefined || typeof description === 'string', 'description', 'a string', description);
  return { name, ...(description !== undefined && { description }), schema: sentSchema(owner, schema, strict), strict };
}

/** Converts a schema to what is sent for it. */
export function sentSchema(owner: string, schema: SchemaSource, strict: boolean): JsonSchema {
  const converted = withoutRootReference(toJsonSchema(owner, schema));
  return strict ? toStrictSchema(owner, converted) : converted;
}

interface NamedSchema {
  readonly name: string;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly strict: boolean;
}
