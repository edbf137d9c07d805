import { from, type Observable, type ObservableInput, type ObservableInputTuple } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { checkSources } from '../util/check.js';
import { firstToAnswer } from './first-to-answer.js';

/**
 * Subscribes to all sources and emits the one whose answer begins first, with the chunks it sent before, such as the
 * role. The others are unsubscribed at once, which closes their requests.
 *
 * ```text
 * first:   r-------a-|
 * second:  --s-b------c-|
 * result:  ----(sb)---c-|   r, s = role chunks
 * ```
 *
 * An answer begins with the first piece of text, reasoning, refusal or tool call; for sources of strings, such as those
 * behind `textDeltas()`, with the first string that is not empty. Nothing is emitted before.
 *
 * A source that fails before its answer is out of the race, also one that sends more than 65 536 chunks before it
 * (`LimitError`), and one that completes without an answer waits: it is emitted when no other is left. When all failed,
 * the error is that of the last, and an `LlmError` has all of them as `errors`. What the winner does later passes
 * unchanged. Accumulate behind the race, since a snapshot is no piece of text.
 *
 * @param sources Cold Observables of chunks or of strings, or whatever rxjs can make one of; each is a request.
 * @throws TypeError when `sources` is no list, or an empty one, or holds what is no source.
 * @see {@link hedge} to ask a second time only when the first is slow, {@link fallback} only when it failed.
 * @see rxjs `race`, which the first chunk wins, or the first error.
 */
export function raceToFirstText<T extends readonly (string | AnswerChunk)[]>(
  sources: readonly [...ObservableInputTuple<T>],
): Observable<T[number]> {
  return from(checkSources(sources as readonly ObservableInput<T[number]>[])).pipe(firstToAnswer());
}
