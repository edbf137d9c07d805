import { chatCompletionChunk, type ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { checkIndex } from './check-index.js';
import type { ChunkFormat } from './parse-chunks.js';
import { choicesOf, isRawObject, type RawObject } from './raw-choices.js';

/**
 * Chunks of `/chat/completions`. A choice without `index` is numbered by its place; one without `delta` gets an empty one,
 * or what its `message` adds, which some servers send whole each time and a non-streaming answer sends once.
 */
export const chatChunks: ChunkFormat<ChatCompletionChunk> = {
  schema: chatCompletionChunk,
  createRepair: (limits) => {
    const toDelta = createMessageDiff();
    return (raw) => {
      choicesOf(raw).forEach((choice, position) => {
        const index = checkIndex(choice['index'] ?? position, 'choices', limits.choices);
        choice['index'] = index;
        choice['delta'] ??= toDelta(choice, index);
        checkToolCalls(choice['delta'], limits.toolCalls);
      });
    };
  },
};

function checkToolCalls(delta: unknown, maximum: number): void {
  const calls: unknown = isRawObject(delta) ? delta['tool_calls'] : undefined;
  for (const call of Array.isArray(calls) ? (calls as unknown[]) : []) {
    const index: unknown = isRawObject(call) ? call['index'] : undefined;
    if (index !== undefined && index !== null) {
      checkIndex(index, 'toolCalls', maximum);
    }
  }
}

const texts = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;

/** Turns messages that hold all text so far into deltas. Their tool calls are taken from the last one only. */
function createMessageDiff(): (choice: RawObject, index: number) => RawObject {
  const lengths = new Map<string, number>();
  return ({ message, finish_reason: reason }, index) => {
    if (!isRawObject(message)) {
      return {};
    }
    const delta: RawObject = { ...message };
    if (!reason) {
      delete delta['tool_calls'];
    }
    for (const key of texts) {
      const text = message[key];
      if (typeof text === 'string') {
        const slot = `${index} ${key}`;
        delta[key] = text.slice(lengths.get(slot) ?? 0);
        lengths.set(slot, text.length);
      }
    }
    return delta;
  };
}
