import type { Message, ToolCall } from '../schemas/message.js';
import type { ResponseOutputItem } from '../schemas/response-object.js';
import type { ResponseInputItem } from '../schemas/response-request.js';
import { checkConfig } from '../util/check.js';
import { checkMessage } from '../util/misuse.js';
import { pastArguments } from '../util/parse-json.js';

/** Configuration of {@link toInputItems}. */
export interface InputItemsConfig {
  /**
   * Whether the server keeps responses, as the `store` of the requests says. Otherwise items have no ids that it knows, and
   * only encrypted reasoning can be sent back. Default true.
   */
  readonly store?: boolean | undefined;
}

/**
 * Converts a finished message to items for the `input` of a request to `/responses`, to be sent as history before the next
 * prompt or the outputs of its calls.
 *
 * The items of a completed response go back as they came, but for arguments that are not JSON, which become `{}`: vLLM
 * rejects them. Of a response that did not complete only the text does, as a
 * message of the assistant: servers reject parts of an answer, such as reasoning without the item it led to. The message
 * of a chat becomes its text and complete calls.
 *
 * @see {@link toMessageParam} for the history of a chat.
 */
export function toInputItems(message: Message, config: InputItemsConfig = {}): readonly ResponseInputItem[] {
  checkMessage('toInputItems', message);
  checkConfig('toInputItems', config, ['store']);
  const { output = [], finishReason } = message;
  const isCompleted = finishReason === 'stop' || finishReason === 'tool_calls';
  return isCompleted && output.length > 0 ? itemsIn(output, config.store ?? true) : itemsOf(message);
}

/**
 * Whether an item asks the caller for something that is not here: a call without a result, of those answered or among the
 * items, or a request for approval. Servers refuse such a history.
 */
export function waitsForResult(output: readonly ResponseOutputItem[], answered: readonly string[]): boolean {
  const isResult = ({ type }: ResponseOutputItem): boolean => type.endsWith('_output');
  const results = new Set<unknown>([...answered, ...output.filter(isResult).map(({ call_id: id }) => id)]);
  return output.some(
    (item) =>
      item.type === 'mcp_approval_request' ||
      (typeof item.call_id === 'string' && !isResult(item) && !results.has(item.call_id)),
  );
}

function itemsIn(output: readonly ResponseOutputItem[], store: boolean): readonly ResponseInputItem[] {
  const kept = store ? output : output.filter((item) => item.type !== 'reasoning' || item.encrypted_content);
  const last = kept.map(({ type }) => type !== 'reasoning').lastIndexOf(true);
  return kept.slice(0, last + 1).map((item) => withJson(store ? item : withoutId(item)));
}

function withJson(item: ResponseOutputItem): ResponseOutputItem {
  return item.type === 'function_call' ? { ...item, arguments: pastArguments(item.arguments) } : item;
}

function withoutId({ id: _id, ...item }: ResponseOutputItem): ResponseOutputItem {
  return item;
}

function itemsOf({ content, refusal, toolCalls }: Message): readonly ResponseInputItem[] {
  const text = content || refusal;
  return [
    ...(text === '' ? [] : [{ role: 'assistant', content: text } as const]),
    ...toolCalls.filter(({ complete }) => complete).map(toItem),
  ];
}

function toItem({ id, type, name, arguments: text }: ToolCall): ResponseInputItem {
  return type === 'custom'
    ? { type: 'custom_tool_call', call_id: id, name, input: text }
    : { type: 'function_call', call_id: id, name, arguments: pastArguments(text) };
}
