import { filter, map, type OperatorFunction, pipe, takeLast } from 'rxjs';
import { type AnswerValue, checkAnswerValue, usageOf } from '../formats/answer-formats.js';
import type { Usage } from '../schemas/message.js';
import { checkCalled } from '../util/misuse.js';

/**
 * Emits the last usage of the stream once it completes; the counts are cumulative, so the last one is the total. Completes
 * without a value if there was none.
 *
 * ```text
 * chunks:  r-a-u-v|      u, v = chunks with usage
 * result:  -------(y|)   y = the usage of v
 * ```
 *
 * Errors pass through unchanged.
 */
export function toUsage(...none: []): OperatorFunction<AnswerValue, Usage> {
  checkCalled('toUsage', ...none);
  return pipe(
    map((value: AnswerValue) => usageOf(checkAnswerValue('toUsage', value))),
    filter((usage) => usage !== undefined),
    takeLast(1),
  );
}
