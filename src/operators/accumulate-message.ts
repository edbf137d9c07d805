import type { OperatorFunction } from 'rxjs';
import { MessageBuilder } from '../answers/message-builder.js';
import { type AnswerValue, messageDrafts } from '../formats/answer-formats.js';
import type { Message } from '../schemas/message.js';
import { checkChoice, checkConfig, checkCount } from '../util/check.js';
import { operate } from '../util/operate.js';
import { toResult } from './to-result.js';

/** Configuration of {@link accumulateMessage}, {@link toMessage} and {@link toolCalls}. */
export interface AccumulateMessageConfig {
  /** The maximum number of tool calls, at least 1; exceeding it raises a `LimitError`. Default 128. */
  readonly toolCalls?: number | undefined;
}

/**
 * Emits the message so far for each chunk: text, reasoning, refusal, tool calls, finish reason and usage. Snapshots are
 * immutable, unchanged parts keep their identity, and a chunk that changes nothing repeats the same snapshot.
 *
 * ```text
 * chunks:  r-a-b-f|   r = role, a = 'Hel', b = 'lo', f = finish
 * result:  r-a-b-f|   a.content = 'Hel', b.content = 'Hello', f.finishReason = 'stop'
 * ```
 *
 * Errors pass through unchanged. If the server sends no finish reason, one more snapshot is emitted before completion,
 * with what is known only at the end: complete tool calls and log probabilities. The items of a response (`output`) are on
 * the message of `toMessage` alone.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` or the configuration is invalid.
 * @see {@link toMessage} for the finished message only.
 */
export function accumulateMessage(
  choice = 0,
  config: AccumulateMessageConfig = {},
): OperatorFunction<AnswerValue, Message> {
  const begin = prepareMessage('accumulateMessage', choice, config);
  return operate((destination) => {
    const builder = begin();
    let last: Message | undefined;
    return {
      next(value) {
        builder.add(value);
        destination.next((last = builder.current()));
      },
      complete() {
        const finished = builder.finish();
        if (last !== undefined && last !== finished) {
          destination.next(finished);
        }
        destination.complete();
      },
    };
  });
}

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
export function toMessage(choice = 0, config: AccumulateMessageConfig = {}): OperatorFunction<AnswerValue, Message> {
  const begin = prepareMessage('toMessage', choice, config);
  return toResult(() => {
    const builder = begin();
    return {
      add: (value) => builder.add(value),
      partial: () => builder.withOutput(builder.current()),
      result: () => builder.withOutput(builder.finish()),
    };
  });
}

/**
 * Checks the arguments of an operator that builds messages, and returns a function that creates a builder.
 *
 * @param name The operator's name, for its errors.
 */
export function prepareMessage(
  name: string,
  choice: number,
  config: AccumulateMessageConfig,
): () => MessageBuilder<AnswerValue> {
  checkChoice(name, choice);
  checkConfig(name, config, ['toolCalls']);
  const { toolCalls = 128 } = config;
  checkCount('toolCalls', toolCalls, 1);
  return () => new MessageBuilder(messageDrafts(name, { choice, toolCalls }));
}
