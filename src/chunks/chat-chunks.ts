import { chatCompletionChunk, type ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { isObject } from '../util/is-object.js';
import { createMessageDiff } from './message-diff.js';
import type { ChunkFormat } from './parse-chunks.js';
import { checkIndex, checkToolCalls, choicesOf } from './raw-choices.js';

/**
 * Chunks of `/chat/completions`. A choice without `index` is numbered by its place; one without `delta` gets an empty one,
 * or what its `message` adds, which some servers send whole each time and a non-streaming answer sends once.
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
