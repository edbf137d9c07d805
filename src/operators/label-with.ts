import { map, type OperatorFunction } from 'rxjs';
import { checkCalled } from '../util/misuse.js';

/** A value and the label of its stream. */
export interface Labelled<L, T> {
  readonly label: L;
  readonly value: T;
}

/**
 * Emits each value with a label, which tells the values of merged streams apart.
 *
 * ```text
 * source:  -a-b-|
 * result:  -x-y-|   labelWith('left'): x = { label: 'left', value: 'a' }
 * ```
 *
 * Errors and completion pass through unchanged, without the label.
 *
 * @param label Identifies the stream. A string literal keeps its literal type, so that a `switch` can narrow it.
 */
export function labelWith<T, const L>(label: L): OperatorFunction<T, Labelled<L, T>> {
  checkCalled('labelWith', label);
  return map((value: T) => ({ label, value }));
}
