import { chatCompletionChunk, type ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { completionChunk, type CompletionChunk } from '../schemas/completion.js';
import { isObject } from '../util/is-object.js';
import { checkIndex, checkToolCalls } from './check-index.js';
import { createMessageDiff } from './message-diff.js';
import type { ChunkFormat } from './parse-chunks.js';

/**
 * The format of `/chat/completions`. A choice without an `index` gets its position. One without a `delta` gets an empty
 * delta, or what its `message` adds: some servers repeat the whole message in each chunk, and a non-streaming answer has
 * it once.
 */
export const chatChunks: ChunkFormat<ChatCompletionChunk> = {
  schema: chatCompletionChunk,
  createRepair: (limits) => {
    const diff = createMessageDiff();
    return (raw) => {
      choicesOf(raw).forEach((choice, position) => {
        const index = checkIndex(choice['index'] ?? position, 'choices', limits.choices);
        choice['index'] = index;
        if (isObject(choice['delta'])) {
          diff.note(choice['delta'], index);
        }
        choice['delta'] ??= diff.take(choice['message'], index);
        checkToolCalls(choice['delta'], limits.toolCalls);
      });
    };
  },
};

/** The format of the legacy `/completions`. A choice without an `index` gets its position. */
export const completionChunks: ChunkFormat<CompletionChunk> = {
  schema: completionChunk,
  createRepair: (limits) => (raw) => {
    choicesOf(raw).forEach((choice, position) => {
      checkToolCalls(choice['delta'], limits.toolCalls);
      choice['index'] = checkIndex(choice['index'] ?? position, 'choices', limits.choices);
    });
  },
};

/** Returns the choices of a raw chunk, first adding an empty list if there is none. The schema rejects any other value. */
function choicesOf(raw: Record<string, unknown>): readonly Record<string, unknown>[] {
  raw['choices'] ??= [];
  return Array.isArray(raw['choices']) ? (raw['choices'] as unknown[]).filter(isObject) : [];
}
