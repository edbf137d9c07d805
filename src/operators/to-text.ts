import { type MonoTypeOperatorFunction } from 'rxjs';
import { checkCalled, checkText } from '../util/misuse.js';
import { toResult } from './to-result.js';

/**
 * Emits the whole text once the source completes. For an empty source that is an empty string.
 *
 * ```text
 * pieces:  -a-b-|      a = 'Hel', b = 'lo'
 * result:  -----(x|)   x = 'Hello'
 * ```
 *
 * If the source errors, rethrows a copy of the error with the text so far as `partial`, a property that is not
 * enumerable.
 *
 * @see {@link accumulateText} to receive the text as it grows.
 */
export function toText(...none: []): MonoTypeOperatorFunction<string> {
  checkCalled('toText', ...none);
  return toResult(() => {
    let text = '';
    return {
      add: (piece: string) => {
        text += checkText('toText', piece);
      },
      partial: () => text,
      result: () => text,
    };
  });
}
