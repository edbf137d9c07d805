import { concatMap, type OperatorFunction, pipe } from 'rxjs';
import { JsonReader } from '../json/json-reader.js';
import { checkSchema, readObject } from '../json/read-object.js';
import type { StandardSchema } from '../schemas/json-schema.js';
import { checkText } from '../util/misuse.js';
import { toResult } from './to-result.js';

/**
 * Parses the whole text as JSON once the source completes, and emits what the schema makes of it. White space and one
 * Markdown fence may surround the JSON.
 *
 * ```text
 * pieces:  -a-b-|      a = '{"city":"Os', b = 'lo"}'
 * result:  -----(x|)   x = { city: 'Oslo' }
 * ```
 *
 * Errors with `OutputError` of code `not_json` if the text is not JSON, and `mismatch` if it does not fit the schema; with
 * `LimitError` if it nests more than 128 containers. If the source errors, rethrows a copy of the error. All have the value
 * so far as `partial`, a property that is not enumerable.
 *
 * @see {@link accumulateObject} to receive the value as it grows.
 */
export function toObject<Output>(schema: StandardSchema<unknown, Output>): OperatorFunction<string, Output> {
  checkSchema('toObject', schema);
  return pipe(
    toResult(() => {
      const reader = new JsonReader();
      return {
        add: (piece: string) => reader.push(checkText('toObject', piece)),
        partial: () => reader.snapshot(),
        result: () => reader,
      };
    }),
    concatMap((reader) => readObject(schema, reader)),
  );
}
