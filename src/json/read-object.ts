import { map, type Observable } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { OutputError } from '../errors/output-error.js';
import type { StandardSchema } from '../schemas/json-schema.js';
import type { JsonReader } from './json-reader.js';
import { validate } from './standard-schema.js';

/** Throws a TypeError that names the operator if something else than a schema was given. */
export function checkSchema(operator: string, schema: StandardSchema): void {
  const standard = (schema as Partial<StandardSchema> | undefined)?.['~standard'];
  if (typeof standard?.validate !== 'function') {
    throw new TypeError(`${operator}() takes a schema of zod or another library that follows Standard Schema`);
  }
}

/**
 * Emits the output of a schema for a whole answer. Errors with `OutputError` of code `not_json` if the text is not JSON and
 * `mismatch` if it does not fit, both with the value so far as `partial`, and with what the schema throws.
 */
export function readObject<Output>(schema: StandardSchema<unknown, Output>, reader: JsonReader): Observable<Output> {
  return readValue(schema, finishJson(reader));
}

/** Returns the whole value. Throws `OutputError` of code `not_json` if the text is not JSON. */
export function finishJson(reader: JsonReader): unknown {
  const value = reader.finish();
  if (value === undefined) {
    const message = 'The answer is not JSON; ask for JSON with responseFormat() or textFormat()';
    throw copyError(new OutputError(message, { code: 'not_json' }), { partial: reader.snapshot(true) });
  }
  return value;
}

/**
 * Emits the output of a schema for a value. Errors with `OutputError` of code `mismatch` if it does not fit, with the value
 * as `partial`.
 *
 * @param path Where in the answer the value is.
 */
export function readValue<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  path: readonly (string | number)[] = [],
): Observable<Output> {
  return validate(schema, value).pipe(
    map((result) => {
      if (result.issues === undefined) {
        return result.value;
      }
      const issues = result.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
      const error = new OutputError('The answer does not fit the schema; see issues', { code: 'mismatch', issues });
      throw copyError(error, { partial: value });
    }),
  );
}
