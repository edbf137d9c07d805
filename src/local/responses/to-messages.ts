import type { LocalMessage } from '../local-model.js';
import type { InputItem } from './stored-responses.js';

interface InputPart {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * Converts a conversation of `/responses` to the messages of chat, so that a model answers both endpoints. Calls join the
 * assistant's message before them. Items that chat does not have, such as reasoning, are left out.
 */
export function toMessages(items: readonly InputItem[]): readonly LocalMessage[] {
  const messages: LocalMessage[] = [];
  for (const item of items) {
    const call = toToolCall(item);
    const last = messages.at(-1);
    if (call === undefined) {
      messages.push(...toMessage(item));
    } else if (last?.role === 'assistant') {
      messages[messages.length - 1] = {
        ...last,
        tool_calls: [...((last['tool_calls'] as object[] | undefined) ?? []), call],
      };
    } else {
      messages.push({ role: 'assistant', content: null, tool_calls: [call] });
    }
  }
  return messages;
}

function toToolCall({ type, call_id: id, name, arguments: given, input }: InputItem): object | undefined {
  switch (type) {
    case 'function_call':
      return { id, type: 'function', function: { name, arguments: given } };
    case 'custom_tool_call':
      return { id, type: 'custom', custom: { name, input } };
    default:
      return undefined;
  }
}

function toMessage({ type, role, content, call_id, output }: InputItem): readonly LocalMessage[] {
  switch (type) {
    case 'message':
      return [{ role: role as LocalMessage['role'], content: toContent(content) }];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ role: 'tool', tool_call_id: call_id, content: toContent(output) }];
    default:
      return [];
  }
}

function toContent(content: unknown): LocalMessage['content'] {
  return typeof content === 'string' ? content : (content as readonly InputPart[]).map(toPart);
}

function toPart(part: InputPart): InputPart {
  const { type, text, image_url: url, detail = 'auto' } = part;
  switch (type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text };
    case 'input_image':
      return { type: 'image_url', image_url: { url, detail } };
    default:
      return part;
  }
}
