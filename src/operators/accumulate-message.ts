import { concat, defer, EMPTY, map, of, type OperatorFunction } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import { createMessageBuilder, type MessageBuilder } from '../chunks/message-builder.js';
import type { Message } from '../chunks/message.js';
import { checkChoice, checkConfig, checkCount } from '../util/check.js';

/** How large a message may become. */
export interface AccumulateMessageConfig {
  /** How many tool calls the message may hold, 1 or more; one more is a `LimitError`. 128 by default. */
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
 * @throws TypeError when `choice` or a field of the configuration is not what it must be.
 * @see {@link toMessage} for the finished message only.
 */
export function accumulateMessage(
  choice = 0,
  config: AccumulateMessageConfig = {},
): OperatorFunction<AnswerChunk, Message> {
  const begin = prepareMessage('accumulateMessage', choice, config);
  return (source) =>
    defer(() => {
      const builder = begin();
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

/**
 * Checks what an operator that builds messages was called with, and gives a function that begins a message.
 *
 * @param name The operator, as its user writes it.
 */
export function prepareMessage(name: string, choice: number, config: AccumulateMessageConfig): () => MessageBuilder {
  checkChoice(choice);
  checkConfig(name, config, ['toolCalls']);
  const { toolCalls = 128 } = config;
  checkCount('toolCalls', toolCalls, 1);
  return () => createMessageBuilder({ choice, toolCalls });
}
