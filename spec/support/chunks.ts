import type { ChatChoice, ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { CompletionChunk } from '../../src/schemas/completion.js';

/** Creates a chat chunk with one choice. */
export function chatChunk(
  delta: Record<string, unknown>,
  choice: Partial<ChatChoice> = {},
  fields: Partial<ChatCompletionChunk> = {},
): ChatCompletionChunk {
  return { id: 'chat-1', model: 'm-1', ...fields, choices: [{ index: 0, ...choice, delta }] };
}

/** Creates a chunk with a finish reason. */
export function finishChunk(finish_reason = 'stop', index = 0): ChatCompletionChunk {
  return chatChunk({}, { finish_reason, index });
}

/** Creates a chunk with token counts only. */
export function usageChunk(prompt_tokens: number, completion_tokens: number): ChatCompletionChunk {
  return {
    id: 'chat-1',
    model: 'm-1',
    choices: [],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

/** Creates a legacy chunk. */
export function legacyChunk(text: string, finish_reason: string | null = null, index = 0): CompletionChunk {
  return { id: 'cmpl-1', model: 'm-1', object: 'text_completion', choices: [{ index, text, finish_reason }] };
}
