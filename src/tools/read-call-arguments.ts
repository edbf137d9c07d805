import { defer, from, map, type Observable, of } from 'rxjs';
import {
  isLibrarySchema,
  type SchemaSource,
  type StandardResult,
  type StandardSchema,
} from '../schemas/json-schema.js';
import { parseJson } from '../util/parse-json.js';

/** One reason why a value does not fit its schema, with the path to the part. */
export interface ArgumentIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The arguments of a call, or why they are not usable. */
export type ParsedArguments =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly ArgumentIssue[] };

/**
 * Parses the arguments that a model wrote and validates them with any Standard Schema. Emits once: at once for a
 * synchronous schema, later for an asynchronous one. A schema that throws is an error.
 */
export function readCallArguments(schema: SchemaSource, text: string): Observable<ParsedArguments> {
  return defer(() => {
    const value = parseJson(text);
    if (value === undefined) {
      return of({ issues: [{ path: [], message: 'The arguments are not valid JSON' }] });
    }
    if (!isValidating(schema)) {
      return of({ value });
    }
    const result = schema['~standard'].validate(value);
    return (result instanceof Promise ? from(result) : of(result)).pipe(map(toParsed));
  });
}

/** Whether a schema validates; those that only convert to JSON schema do not. */
function isValidating(schema: SchemaSource): schema is StandardSchema {
  return isLibrarySchema(schema) && typeof (schema as StandardSchema)['~standard'].validate === 'function';
}

function toParsed(result: StandardResult<unknown>): ParsedArguments {
  if (result.issues === undefined) {
    return { value: result.value };
  }
  return {
    issues: result.issues.map(({ path = [], message }) => ({
      path: path.map((step) => stepOf(typeof step === 'object' ? step.key : step)),
      message,
    })),
  };
}

function stepOf(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? String(key) : key;
}
