import { concat, concatMap, defer, distinct, distinctUntilChanged, filter, map, type OperatorFunction } from 'rxjs';
import type { AnswerChunk } from '../chunks/answer-chunk.js';
import type { Message, ToolCall } from '../chunks/message.js';
import { type AccumulateMessageConfig, prepareMessage } from './accumulate-message.js';

/**
 * Emits each tool call of the answer once, in order, when it is complete: at the finish reason, since until then the
 * answer may turn out to be cut.
 *
 * ```text
 * chunks:  r-a-b-f-u|   r = role, a = call to 'f', b = its arguments, f = finish, u = usage
 * result:  ------c--|   c.name = 'f', c.complete = true
 * ```
 *
 * Calls of an answer that was cut or filtered are never emitted, nor those of a stream that fails before the finish
 * reason. Where a server completes without one, calls whose arguments are closed come just before completion, as do
 * calls that are sent after a finish reason. Errors and completion pass through unchanged.
 *
 * The deprecated `function_call` is no tool call: it has no id to answer to. {@link accumulateMessage} reads it.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError when `choice` or a field of the configuration is not what it must be.
 * @see {@link toMessageParam} to put the calls into the history, in front of what the tools answer.
 */
export function toolCalls(choice = 0, config: AccumulateMessageConfig = {}): OperatorFunction<AnswerChunk, ToolCall> {
  const begin = prepareMessage('toolCalls', choice, config);
  return (source) =>
    defer(() => {
      const builder = begin();
      return concat(
        source.pipe(
          map(builder.add),
          distinctUntilChanged((before, after) => before.finishReason === after.finishReason),
        ),
        defer(() => [builder.finish()]),
      ).pipe(
        concatMap((message: Message) => message.toolCalls),
        filter(({ complete }) => complete),
        distinct(({ id }) => id),
      );
    });
}
