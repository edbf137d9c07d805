import type { OperatorFunction } from 'rxjs';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { Message, ToolCall } from '../schemas/message.js';
import { operate } from '../util/operate.js';
import { type AccumulateMessageConfig, prepareMessage } from './accumulate-message.js';

/**
 * Emits each tool call of the answer once, in order, when it is complete. That is at the finish reason, or at the event
 * that ends a response, since until then the answer may still be cut off.
 *
 * ```text
 * chunks:  r-a-b-f-u|   r = role, a = call to 'f', b = its arguments, f = finish, u = usage
 * result:  ------c--|   c.name = 'f', c.complete = true
 * ```
 *
 * Calls of an answer that was cut off or filtered are not emitted, nor those of a stream that fails before the finish
 * reason. If the stream completes without a finish reason, calls whose JSON arguments are complete are emitted just
 * before completion, as are calls sent after a finish reason, and those whose arguments are not closed at the finish
 * reason, since some servers send the rest after it. Errors and completion pass through unchanged.
 *
 * The deprecated `function_call` is not a tool call, since it has no id to reply to. {@link accumulateMessage} reads it.
 *
 * @param choice Index of the choice to read, for requests with `n > 1`.
 * @throws TypeError if `choice` or the configuration is invalid.
 * @see {@link toMessageParam} to add the calls to the history, before the results of the tools.
 */
export function toolCalls(choice = 0, config: AccumulateMessageConfig = {}): OperatorFunction<AnswerValue, ToolCall> {
  const begin = prepareMessage('toolCalls', choice, config);
  return operate((destination) => {
    const builder = begin();
    const emitted = new Set<string>();
    let ended = false;
    const emit = (message: Message): void => {
      for (const call of message.toolCalls) {
        if (call.complete && !emitted.has(call.id)) {
          emitted.add(call.id);
          destination.next(call);
        }
      }
    };
    return {
      next(value) {
        builder.add(value);
        if (!ended && builder.hasFinishReason) {
          ended = true;
          emit(builder.current());
        }
      },
      complete() {
        emit(builder.finish());
        destination.complete();
      },
    };
  });
}
