import { from, map, type Observable, of } from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { OutputError, type OutputIssue } from '../errors/output-error.js';
import type { JsonReader } from './json-reader.js';

type PathStep = PropertyKey | { readonly key: PropertyKey };

type Validation<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly PathStep[] | undefined }[] };

/** A schema of any library that follows Standard Schema (https://standardschema.dev), such as zod, valibot or arktype. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Validation<Output> | PromiseLike<Validation<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

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
export function validate<Output>(schema: StandardSchema<unknown, Output>, reader: JsonReader): Observable<Output> {
  const value = reader.finish();
  if (value === undefined) {
    throw copyError(new OutputError('The answer is not JSON', { code: 'not_json' }), { partial: reader.snapshot() });
  }
  const validation = schema['~standard'].validate(value);
  return ('then' in validation ? from(validation) : of(validation)).pipe(
    map((result) => {
      if (result.issues === undefined) {
        return result.value;
      }
      const issues = result.issues.map(({ path = [], message }): OutputIssue => ({ path: path.map(stepOf), message }));
      const error = new OutputError('The answer does not fit the schema; see issues', { code: 'mismatch', issues });
      throw copyError(error, { partial: value });
    }),
  );
}

function stepOf(step: PathStep): string | number {
  const key = typeof step === 'object' ? step.key : step;
  return typeof key === 'number' ? key : String(key);
}
