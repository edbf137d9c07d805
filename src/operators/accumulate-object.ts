import type { OperatorFunction } from 'rxjs';
import { JsonReader } from '../json/json-reader.js';
import { checkSchema, readObject } from '../json/read-object.js';
import type { StandardSchema } from '../schemas/json-schema.js';
import { checkText } from '../util/misuse.js';
import { operate } from '../util/operate.js';

/** A JSON value that may still grow: every field of every object may be missing. */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

/**
 * Emits the JSON value so far for each piece of text that changes it, and what the schema makes of the whole value once
 * the source completes. White space and one Markdown fence may surround the JSON.
 *
 * ```text
 * pieces:  -a-b-|      a = '{"city":"Os', b = 'lo"}'
 * result:  -x-y-(z|)   x = { city: 'Os' }, y = { city: 'Oslo' }, z = { city: 'Oslo' }
 * ```
 *
 * The values before the last are not validated. They are frozen, and share their unchanged parts. A list or object of more
 * than 1,024 members shows its growth in steps of an eighth.
 *
 * Errors with `OutputError` of code `not_json` if the text is not JSON, and `mismatch` if it does not fit the schema; with
 * `LimitError` if it nests more than 128 containers. Errors of the source pass through unchanged.
 *
 * @see {@link toObject} for the whole value once.
 */
export function accumulateObject<Input, Output>(
  schema: StandardSchema<Input, Output>,
): OperatorFunction<string, DeepPartial<Input> | Output> {
  checkSchema('accumulateObject', schema);
  // By hand: composed of rxjs operators, reading a value costs a quarter more for each piece.
  return operate((destination) => {
    const reader = new JsonReader();
    let shown: unknown;
    return {
      next(piece) {
        reader.push(checkText('accumulateObject', piece));
        const value = reader.snapshot();
        if (value !== shown) {
          shown = value;
          destination.next(value as DeepPartial<Input>);
        }
      },
      complete() {
        readObject(schema, reader).subscribe(destination);
      },
    };
  });
}
