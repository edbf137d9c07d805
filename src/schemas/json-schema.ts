import { isObject } from '../util/is-object.js';
import { describePath } from './strict-schema.js';
import { isZodSchema, zodJsonSchema } from './mini-schema.js';

/** A JSON schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a {@link StandardSchema} says of a value: the validated value, or issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** A schema that validates values, of zod, Valibot, ArkType or any other library that follows Standard Schema. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** A schema that can be converted to JSON schema, as Standard JSON Schema describes it. */
export interface StandardJsonSchema {
  readonly '~standard': {
    readonly vendor: string;
    readonly jsonSchema: {
      readonly input: (options: {
        readonly target: 'draft-2020-12';
        readonly libraryOptions?: Record<string, unknown> | undefined;
      }) => Record<string, unknown>;
    };
  };
}

/** A schema of zod (classic or mini), one with Standard JSON Schema, or a plain JSON schema. */
export type SchemaSource = StandardSchema | StandardJsonSchema | JsonSchema;

/** Whether a schema is an object of a library, not plain JSON schema. Schemas of ArkType are functions. */
export function isLibrarySchema(schema: unknown): schema is { readonly '~standard': object } {
  const holder = isObject(schema) || typeof schema === 'function';
  return holder && isObject((schema as Partial<StandardJsonSchema>)['~standard']);
}

/**
 * Converts a schema to JSON schema, of the values that go into it: a model writes what comes before any transform.
 *
 * @param owner The function that was called, for messages.
 * @throws TypeError if the schema, or a part of it, has no JSON schema.
 */
export function toJsonSchema(owner: string, schema: SchemaSource): JsonSchema {
  if (!isLibrarySchema(schema)) {
    if (!isObject(schema)) {
      throw new TypeError(`${owner}: the schema must be a zod schema, a Standard JSON Schema or a plain JSON schema`);
    }
    return schema;
  }
  const { vendor, jsonSchema } = (schema as StandardJsonSchema)['~standard'] as Partial<
    StandardJsonSchema['~standard']
  >;
  // Schemas of zod/mini cannot convert themselves.
  if (jsonSchema === undefined && isZodSchema(schema)) {
    return zodJsonSchema(schema, (path, type) => unrepresentable(owner, path, type));
  }
  if (jsonSchema === undefined) {
    throw new TypeError(
      `${owner}: this schema of ${String(vendor)} has no JSON schema; ${vendor === 'zod' ? 'use zod 4, or ' : ''}pass a plain JSON schema instead`,
    );
  }
  const refuse = (part: { readonly path?: readonly (string | number)[]; readonly message: string }): never => {
    throw unrepresentable(owner, part.path ?? [], part.message);
  };
  const libraryOptions = vendor === 'zod' ? { unrepresentable: refuse } : undefined;
  try {
    return jsonSchema.input({ target: 'draft-2020-12', libraryOptions });
  } catch (error) {
    throw error instanceof TypeError ? error : unrepresentable(owner, [], (error as Error).message);
  }
}

/**
 * Returns a schema whose root is a definition in full instead of a reference to it, as libraries write schemas that have an
 * id: the API needs an object there.
 */
export function withoutRootReference(schema: JsonSchema): JsonSchema {
  let root = schema;
  const followed = new Set<unknown>();
  while (typeof root['$ref'] === 'string' && !followed.has(root['$ref'])) {
    const { $ref, ...words } = root;
    followed.add($ref);
    const target = partOf(schema, root['$ref']);
    if (!isObject(target)) {
      return schema;
    }
    root = { ...words, ...target };
  }
  return root;
}

/** Returns the part of a schema that a JSON pointer leads to. */
function partOf(schema: JsonSchema, pointer: string): unknown {
  const steps = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps[0] !== '#'
    ? undefined
    : steps
        .slice(1)
        .reduce<unknown>(
          (part, step) => (isObject(part) && Object.hasOwn(part, step) ? part[step] : undefined),
          schema,
        );
}

function unrepresentable(owner: string, path: readonly (string | number)[], reason: string): TypeError {
  return new TypeError(
    `${owner}: ${describePath(path)} has no JSON schema (${reason}); use a type that JSON has, such as z.string(), and convert it afterwards`,
  );
}
