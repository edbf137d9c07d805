import { type MonoTypeOperatorFunction } from 'rxjs';
import { collect } from './to-result.js';

/**
 * Emits the whole text once the source completes; an empty source gives an empty text.
 *
 * ```text
 * pieces:  -a-b-|      a = 'Hel', b = 'lo'
 * result:  -----(x|)   x = 'Hello'
 * ```
 *
 * On error, rethrows a copy of it with the text so far as `partial`, which is readable but not enumerable.
 *
 * @see {@link accumulateText} to receive the text as it grows.
 */
export function toText(): MonoTypeOperatorFunction<string> {
  return collect(() => {
    let text = '';
    return {
      add: (piece: string) => {
        text += piece;
      },
      partial: () => text,
      result: () => text,
    };
  });
}
