import { type MonoTypeOperatorFunction, scan } from 'rxjs';
import { checkCalled, checkText } from '../util/misuse.js';

/**
 * Emits the text so far for each piece of text.
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
export function accumulateText(...none: []): MonoTypeOperatorFunction<string> {
  checkCalled('accumulateText', ...none);
  return scan((text, piece) => text + checkText('accumulateText', piece), '');
}
