import { type MonoTypeOperatorFunction, scan } from 'rxjs';

/**
 * Emits, for each piece of text, all the text so far.
 *
 * ```text
 * pieces:  -a-b-|   a = 'Hel', b = 'lo'
 * result:  -x-y-|   x = 'Hel', y = 'Hello'
 * ```
 *
 * Errors and completion pass through unchanged.
 *
 * @see {@link toText} for the whole text once, {@link accumulateMessage} for more than text.
 */
export function accumulateText(): MonoTypeOperatorFunction<string> {
  return scan((text, piece) => text + piece, '');
}
