import { filter, map, type OperatorFunction, pipe, takeLast } from 'rxjs';
import { type AnswerChunk, usageOf } from '../chunks/answer-chunk.js';
import type { Usage } from '../chunks/message.js';

/**
 * Emits the token counts of the stream once it completes: the last the server sent, since each already counts all before
 * it. Completes empty if none came.
 *
 * ```text
 * chunks:  r-a-u-v|      u, v = chunks with usage
 * result:  -------(y|)   y = the usage of v
 * ```
 *
 * Errors pass through unchanged.
 */
export function toUsage(): OperatorFunction<AnswerChunk, Usage> {
  return pipe(
    map(usageOf),
    filter((usage) => usage !== undefined),
    takeLast(1),
  );
}
