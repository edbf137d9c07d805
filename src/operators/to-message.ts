import type { OperatorFunction } from 'rxjs';
import { createMessageBuilder } from '../chunks/message-builder.js';
import type { Message } from '../chunks/message.js';
import type { TextChunk } from '../chunks/text-chunk.js';
import type { AccumulateMessageConfig } from './accumulate-message.js';
import { collect } from './collect.js';

/**
 * Emits the finished message once the source completes.
 *
 * ```text
 * chunks:  r-a-b-f|      r = role, a = 'Hel', b = 'lo', f = finish
 * result:  -------(x|)   x.content = 'Hello', x.finishReason = 'stop'
 * ```
 *
 * On error, rethrows a copy of it with the message so far as `partial`.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @see {@link accumulateMessage} to receive the message as it grows.
 */
export function toMessage(
  choice = 0,
  { toolCalls = 128 }: AccumulateMessageConfig = {},
): OperatorFunction<TextChunk, Message> {
  return collect(() => {
    const builder = createMessageBuilder({ choice, toolCalls });
    return { add: builder.add, partial: builder.current, result: builder.finish };
  });
}
