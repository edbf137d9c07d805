import { concat, defer, EMPTY, map, type OperatorFunction, of } from 'rxjs';
import { createMessageBuilder } from '../chunks/message-builder.js';
import type { Message } from '../chunks/message.js';
import type { TextChunk } from '../chunks/text-chunk.js';

/** How large a message may become. */
export interface AccumulateMessageConfig {
  /** How many tool calls the message may hold; one more is a `LimitError`. 128 by default. */
  readonly toolCalls?: number | undefined;
}

/**
 * Emits, for each chunk, the message so far: text, reasoning, refusal, tool calls, finish reason and usage. Snapshots are
 * immutable, their unchanged parts keep identity, and a chunk that changes nothing gives the same snapshot again.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = 'Hel', b = 'lo', f = finish
 * result:  r-a-b-f|   a.content = 'Hel', b.content = 'Hello', f.finishReason = 'stop'
 * ```
 *
 * Errors pass through unchanged. Where a server sends no finish reason, what is known only at the end (complete tool
 * calls, log probabilities) comes as one more snapshot before completion.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @see {@link toMessage} for the finished message only.
 */
export function accumulateMessage(
  choice = 0,
  { toolCalls = 128 }: AccumulateMessageConfig = {},
): OperatorFunction<TextChunk, Message> {
  return (source) =>
    defer(() => {
      const builder = createMessageBuilder({ choice, toolCalls });
      let last: Message | undefined;
      return concat(
        source.pipe(map((chunk) => (last = builder.add(chunk)))),
        defer(() => {
          const finished = builder.finish();
          return last === undefined || last === finished ? EMPTY : of(finished);
        }),
      );
    });
}
