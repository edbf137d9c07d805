import type { OperatorFunction } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import type { Message } from '../chunks/message.js';
import { type AccumulateMessageConfig, prepareMessage } from './accumulate-message.js';
import { collect } from './to-result.js';

/**
 * Emits the finished message once the source completes.
 *
 * ```text
 * chunks:  r-a-b-f|      r = role, a = 'Hel', b = 'lo', f = finish
 * result:  -------(x|)   x.content = 'Hello', x.finishReason = 'stop'
 * ```
 *
 * On error, rethrows a copy of it with the message so far as `partial`, which is readable but not enumerable.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError when `choice` or a field of the configuration is not what it must be.
 * @see {@link accumulateMessage} to receive the message as it grows.
 */
export function toMessage(choice = 0, config: AccumulateMessageConfig = {}): OperatorFunction<AnswerChunk, Message> {
  const begin = prepareMessage('toMessage', choice, config);
  return collect(() => {
    const builder = begin();
    return { add: builder.add, partial: builder.current, result: builder.finish };
  });
}
