import { map, type OperatorFunction } from 'rxjs';

/** A value and the label of the stream it came from. */
export interface Labelled<L, T> {
  readonly label: L;
  readonly value: T;
}

/**
 * Emits each value with a label, so that values of merged streams can be told apart.
 *
 * ```text
 * source:  -a-b-|
 * result:  -x-y-|   labelWith('left'): x = { label: 'left', value: 'a' }
 * ```
 *
 * Errors and completion pass through unchanged, without the label.
 *
 * @param label Whatever tells the stream; a string literal stays a literal type, so that `label` can be switched on.
 */
export function labelWith<T, const L>(label: L): OperatorFunction<T, Labelled<L, T>> {
  return map((value: T) => ({ label, value }));
}
