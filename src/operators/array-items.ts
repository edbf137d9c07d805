import {
  catchError,
  concat,
  concatAll,
  concatMap,
  EMPTY,
  map,
  type Observable,
  of,
  type OperatorFunction,
  throwError,
} from 'rxjs';
import { copyError } from '../errors/copy-error.js';
import { OutputError } from '../errors/output-error.js';
import { ArrayElements, type JsonPath } from '../json/array-elements.js';
import { JsonReader } from '../json/json-reader.js';
import { checkSchema, finishJson, readValue } from '../json/read-object.js';
import type { StandardSchema } from '../schemas/json-schema.js';
import { check, checkConfig } from '../util/check.js';
import { checkText } from '../util/misuse.js';
import { perSubscription } from '../util/operate.js';

/** Configuration of {@link arrayItems}. */
export interface ArrayItemsConfig {
  /** The keys, and indices of lists, that lead to the array. Default `[]`: the whole answer is the array. */
  readonly path?: JsonPath | undefined;
}

/**
 * Emits what the schema makes of each element of one array in a JSON text, once, as soon as the element is whole. White
 * space and one Markdown fence may surround the JSON.
 *
 * ```text
 * pieces:  -a-b-c-|   a = '[{"city":"Oslo"},{"ci', b = 'ty":"Rome"}', c = ']'
 * result:  -x-y---|   x = { city: 'Oslo' }, y = { city: 'Rome' }
 * ```
 *
 * Elements keep their order, also with an asynchronous schema, and are not kept once emitted. The element that does not fit
 * the schema is an `OutputError` of code `mismatch`, whose issues have the whole path, with the element as `partial`.
 * Errors come after the elements before them; those of the source pass through unchanged.
 *
 * At the end of the text it is `mismatch`, too, if there is no array at the path, or another one after elements were
 * emitted, since its key came twice; and `not_json` if the text is not JSON. These have the value so far as `partial`, without
 * the elements that were emitted. More than 128 open containers are a `LimitError`.
 *
 * @throws TypeError if the configuration is invalid.
 * @see {@link accumulateObject} for the whole value as it grows.
 */
export function arrayItems<Output>(
  schema: StandardSchema<unknown, Output>,
  config: ArrayItemsConfig = {},
): OperatorFunction<string, Output> {
  checkSchema('arrayItems', schema);
  checkConfig('arrayItems', config, ['path']);
  const { path = [] } = config;
  check(Array.isArray(path) && path.every(isStep), 'path', 'a list of keys and indices', path);
  return (source) => {
    const items = perSubscription(() =>
      elementsOf(source, path).pipe(
        map((element, index) => perSubscription(() => readValue(schema, element, [...path, index]))),
        // An error waits for the schema to read the elements before it.
        catchError((error: unknown) => of(throwError(() => error))),
        concatAll(),
      ),
    );
    itemStreams.add(items);
    return items;
  };
}

const itemStreams = new WeakSet();

/** Whether an Observable is the result of {@link arrayItems}. */
export function isItemStream(source: object): boolean {
  return itemStreams.has(source);
}

/** Emits the elements as parsed. */
function elementsOf(source: Observable<string>, path: JsonPath): Observable<unknown> {
  const elements = new ArrayElements(path);
  const reader = new JsonReader(elements);
  return concat(
    source.pipe(
      concatMap((piece) => {
        try {
          reader.push(checkText('arrayItems', piece));
        } catch (error) {
          return concat(
            elements.take(),
            throwError(() => error),
          );
        }
        return elements.take();
      }),
    ),
    perSubscription<never>(() => {
      const whole = finishJson(reader);
      if (!elements.isIn(whole)) {
        const issues = [{ path, message: 'Expected one array' }];
        const message =
          'The answer has no array, or two, at the path of arrayItems(); compare the path with the schema';
        throw copyError(new OutputError(message, { code: 'mismatch', issues }), { partial: whole });
      }
      return EMPTY;
    }),
  );
}

function isStep(step: unknown): boolean {
  return typeof step === 'string' || (Number.isInteger(step) && Number(step) >= 0);
}
