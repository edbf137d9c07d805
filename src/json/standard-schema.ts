import { from, map, type Observable, of } from 'rxjs';
import type { OutputIssue } from '../errors/output-error.js';
import type { StandardResult, StandardSchema } from '../schemas/json-schema.js';

/** What a schema makes of a value, or why the value does not fit. */
export type Validation<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly OutputIssue[] };

/** Validates a value. Emits once: at once, or later for an asynchronous schema. Errors with what the schema throws. */
export function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Observable<Validation<Output>> {
  const result = schema['~standard'].validate(value);
  return ('then' in result ? from(result) : of(result)).pipe(map(toValidation));
}

function toValidation<Output>(result: StandardResult<Output>): Validation<Output> {
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
