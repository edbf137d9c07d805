import { from, type Observable, type ObservableInput, type ObservableInputTuple } from 'rxjs';
import type { AnswerValue } from '../formats/answer-formats.js';
import { checkSources } from '../util/check.js';
import { firstToAnswer } from './first-to-answer.js';

/**
 * Subscribes to all sources and mirrors the one whose answer begins first, including its earlier chunks, such as the role.
 * The others are unsubscribed at once, which closes their requests.
 *
 * ```text
 * first:   r-------a-|
 * second:  --s-b------c-|
 * result:  ----(sb)---c-|   r, s = role chunks
 * ```
 *
 * An answer begins with the first text, reasoning, refusal or tool call; in a source of strings, such as the result of
 * `textDeltas()`, with the first non-empty string. Nothing is emitted before that.
 *
 * A source that fails before its answer drops out, and so does one with more than 65,536 chunks before it (`LimitError`).
 * A source that completes without an answer is emitted only if no other is left. If all sources fail, the error is that of
 * the last one, and if it is an `LlmError`, its `errors` has all of them. Once a source has won, its notifications pass
 * through unchanged. Accumulate after the race, since a snapshot is not recognized as text.
 *
 * @param sources Cold Observables of chunks, response events or strings, or anything rxjs can convert to one; each is a request.
 * @throws TypeError if `sources` is not a non-empty list of such inputs.
 * @see {@link hedge} for a second request only if the first is slow, {@link fallback} only if it fails.
 * @see rxjs `race`, where the first chunk or error wins.
 */
export function raceToFirstText<T extends readonly (string | AnswerValue)[]>(
  sources: readonly [...ObservableInputTuple<T>],
): Observable<T[number]> {
  return from(checkSources(sources as readonly ObservableInput<T[number]>[])).pipe(firstToAnswer());
}
