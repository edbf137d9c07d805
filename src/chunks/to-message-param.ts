import type { AssistantMessage, ToolCallParam } from '../schemas/chat-message.js';
import { isObject } from '../util/is-object.js';
import { checkMessage } from '../util/misuse.js';
import { pastArguments } from '../util/parse-json.js';
import { progressOf } from './finish-reason.js';
import { GrowingCall, isComplete, mergeEntry } from './growing-call.js';
import type { Message, ToolCall } from '../schemas/message.js';

/**
 * Converts a finished message to a request message, to be sent as history before the next prompt or tool result.
 *
 * Content, refusal and complete tool calls are kept. Incomplete calls are left out, since servers reject them, and
 * `{}` takes the place of arguments that are not JSON, which vLLM and llama.cpp reject. If there is no text, `content` is `null` alongside tool calls or a refusal, and empty otherwise.
 *
 * Provider-specific fields go back under their own names: fields of tool calls (Gemini's signatures), reasoning details
 * and thinking blocks, joined from their pieces (OpenRouter, LiteLLM), and plain reasoning in the field it came in, which
 * DeepSeek and Kimi require after tool calls. Other servers may reject these fields: remove them from a history that
 * moves from one server to another.
 *
 * @see {@link toMessage} for the finished message; a snapshot of `accumulateMessage` may be incomplete.
 */
export function toMessageParam(message: Message): AssistantMessage {
  checkMessage('toMessageParam', message);
  const { content, refusal, functionCall, finishReason } = message;
  const calls = message.toolCalls
    .filter(({ complete }) => complete)
    .map((call) => toCallParam(call, pastArguments(call.arguments)));
  const called = functionCall !== undefined && finishReason !== undefined && isWhole(functionCall, finishReason);
  const silent = calls.length > 0 || called || refusal !== '';
  return {
    role: 'assistant',
    content: content === '' && silent ? null : content,
    ...(refusal !== '' && { refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(called && { function_call: functionCall }),
    ...audioOf(message),
    ...reasoningOf(message, calls.length > 0),
  };
}

function isWhole(functionCall: NonNullable<Message['functionCall']>, finishReason: string): boolean {
  const call = new GrowingCall(0, undefined);
  mergeEntry(call, { function: functionCall }, 'piece', 0);
  return isComplete(call, progressOf(finishReason));
}

/**
 * Converts a call to the form in which whole messages have it.
 *
 * @param text The JSON text of the arguments; that of a custom tool's input is as it is.
 */
export function toCallParam({ id, type, name, arguments: input, extra }: ToolCall, text = input): ToolCallParam {
  return type === 'custom'
    ? { ...extra, id, type, custom: { name, input } }
    : { ...extra, id, type: 'function', function: { name, arguments: text } };
}

/** The server keeps audio answers, so the id is enough. */
function audioOf({ extra }: Message): { readonly audio?: { readonly id: string } } {
  const audio = extra['audio'];
  return isObject(audio) && typeof audio['id'] === 'string' ? { audio: { id: audio['id'] } } : {};
}

type Fields = Record<string, unknown>;

/** Lists that are streamed in pieces. */
const piecewise = ['reasoning_details', 'thinking_blocks'] as const;
/** Signatures and encrypted reasoning. */
const opaque = ['extra_content', 'reasoning_text', 'reasoning_opaque'] as const;

function reasoningOf({ reasoning, reasoningKey, extra }: Message, called: boolean): Fields {
  const fields: Fields = {};
  for (const key of piecewise) {
    const pieces = extra[key];
    if (Array.isArray(pieces) && pieces.length > 0) {
      fields[key] = joinReasoning(pieces as unknown[]);
    }
  }
  for (const key of opaque) {
    if (extra[key] !== undefined) {
      fields[key] = extra[key];
    }
  }
  // The details hold the same text. DeepSeek requires the field with tool calls even if it is empty.
  if (reasoningKey !== undefined && !('reasoning_details' in fields) && (called || reasoning !== '')) {
    fields[reasoningKey] = reasoning;
  }
  return fields;
}

/**
 * Joins streamed pieces of reasoning into the blocks a server takes back. Consecutive pieces belong to one block while
 * they agree on `type`, `index` and `id`; a signature closes its block, and encrypted data is always a separate block.
 */
function joinReasoning(pieces: readonly unknown[]): readonly unknown[] {
  const blocks: unknown[] = [];
  let open: Block | undefined;
  for (const piece of pieces) {
    if (!isObject(piece)) {
      open = undefined;
      blocks.push(piece);
    } else if (open !== undefined && continues(open, piece)) {
      extend(open, piece);
    } else {
      open = new Map(Object.entries(piece));
      blocks.push(open);
    }
  }
  // `Object.fromEntries` also creates an own property for `__proto__`; assignment would not.
  return blocks.map((block) => (block instanceof Map ? Object.fromEntries<unknown>(block as Block) : block));
}

type Block = Map<string, unknown>;

const texts: ReadonlySet<string> = new Set(['text', 'summary', 'thinking']);

function continues(block: Block, piece: Fields): boolean {
  const signature = block.get('signature');
  return (
    block.get('type') === piece['type'] &&
    block.get('index') === piece['index'] &&
    (!block.get('id') || !piece['id'] || block.get('id') === piece['id']) &&
    (!signature || signature === piece['signature']) &&
    !('data' in piece)
  );
}

function extend(block: Block, piece: Fields): void {
  for (const [key, value] of Object.entries(piece)) {
    const before = block.get(key);
    if (texts.has(key) && typeof before === 'string' && typeof value === 'string') {
      block.set(key, before + value);
    } else if (value !== null && value !== undefined && value !== '') {
      block.set(key, value);
    }
  }
}
