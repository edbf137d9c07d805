import { type Observable, of } from 'rxjs';
import { validate, type Validation } from '../json/standard-schema.js';
import { isLibrarySchema, type SchemaSource, type StandardSchema } from '../schemas/json-schema.js';
import { isObject } from '../util/is-object.js';
import { perSubscription } from '../util/operate.js';
import { parseJson } from '../util/parse-json.js';

/** The arguments of a call, or why they are not usable. */
export type ParsedArguments = Validation<unknown>;

/**
 * Parses the arguments that a model wrote and validates them with any Standard Schema. Emits once: at once for a
 * synchronous schema, later for an asynchronous one. A schema that throws is an error.
 */
export function readCallArguments(schema: SchemaSource, text: string): Observable<ParsedArguments> {
  return perSubscription(() => {
    const value = parseJson(text);
    if (value === undefined) {
      return of({ issues: [{ path: [], message: 'The arguments are not valid JSON' }] });
    }
    if (isValidating(schema)) {
      return validate(schema, value);
    }
    return of(isObject(value) ? { value } : { issues: [{ path: [], message: 'The arguments are not an object' }] });
  });
}

/** Whether a schema validates; those that only convert to JSON schema do not. */
function isValidating(schema: SchemaSource): schema is StandardSchema {
  return isLibrarySchema(schema) && typeof (schema as StandardSchema)['~standard'].validate === 'function';
}
