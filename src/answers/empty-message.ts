import type { Message, ToolCall } from '../schemas/message.js';

/** The calls of a message that has none. */
export const noCalls: readonly ToolCall[] = Object.freeze([]);

/** The unknown fields of a message or call that has none. */
export const noFields: Readonly<Record<string, unknown>> = Object.freeze({});

/** The message before the first value of its stream. */
export const emptyMessage: Message = Object.freeze({
  id: undefined,
  model: undefined,
  role: 'assistant',
  content: '',
  reasoning: '',
  refusal: '',
  toolCalls: noCalls,
  finishReason: undefined,
  extra: noFields,
});
