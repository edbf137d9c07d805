import type { OperatorFunction } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import type { Message } from '../schemas/message.js';
import { checkChunk } from '../util/misuse.js';
import { type AccumulateMessageConfig, prepareMessage } from './accumulate-message.js';
import { toResult } from './to-result.js';

/**
 * Emits the finished message once the source completes.
 *
 * ```text
 * chunks:  r-a-b-f|      r = role, a = 'Hel', b = 'lo', f = finish
 * result:  -------(x|)   x.content = 'Hello', x.finishReason = 'stop'
 * ```
 *
 * If the source errors, rethrows a copy of the error with the message so far as `partial`, a property that is not
 * enumerable.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` or the configuration is invalid.
 * @see {@link accumulateMessage} to receive the message as it grows.
 */
export function toMessage(choice = 0, config: AccumulateMessageConfig = {}): OperatorFunction<AnswerChunk, Message> {
  const begin = prepareMessage('toMessage', choice, config);
  return toResult(() => {
    const builder = begin();
    return {
      add: (chunk) => builder.add(checkChunk('toMessage', chunk)),
      partial: () => builder.current(),
      result: () => builder.finish(),
    };
  });
}
