import { filter, map, type MonoTypeOperatorFunction, pipe } from 'rxjs';
import { type AnswerValue, selectChoice } from '../formats/answer-formats.js';
import { checkChoice } from '../util/check.js';

/**
 * Emits one of `n` answers as if it were the only one: its chunks hold that choice alone, with index 0, so that later
 * operators need no index.
 *
 * ```text
 * chunks:  -(ab)-(cd)-(fg)-u|   a, c, f = choice 0; b, d, g = choice 1; u = usage
 * result:  -b----d----g----u|   ofChoice(1)
 * ```
 *
 * Chunks of other choices are skipped. Chunks without choices, such as the one with the usage, pass through unchanged;
 * usage in a chunk of other choices is emitted in a chunk without choices. Token counts are those of all `n` answers
 * together. A response is one answer: its events pass as choice 0, and no other choice has any.
 *
 * Errors and completion pass through unchanged, so it completes when all answers have. Each subscription is a separate
 * request; to read several choices of one stream, share it.
 *
 * @param choice Index of the choice to emit.
 * @throws TypeError if `choice` is negative or not a whole number.
 * @see {@link textDeltas} and its siblings, which take an index and need no `ofChoice`.
 * @see rxjs `share` to share a stream.
 */
export function ofChoice<Value extends AnswerValue>(choice: number): MonoTypeOperatorFunction<Value> {
  checkChoice('ofChoice', choice);
  return pipe(
    map((value: Value) => selectChoice('ofChoice', value, choice)),
    filter((value) => value !== undefined),
  );
}
