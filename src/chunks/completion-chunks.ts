import { completionChunk, type CompletionChunk } from '../schemas/completion-chunk.js';
import type { ChunkFormat } from './parse-chunks.js';
import { checkIndex, checkToolCalls, choicesOf } from './raw-choices.js';

/** Chunks of the legacy `/completions`. */
export const completionChunks: ChunkFormat<CompletionChunk> = {
  schema: completionChunk,
  createRepair: (limits) => (raw) => {
    choicesOf(raw).forEach((choice, position) => {
      checkToolCalls(choice['delta'], limits.toolCalls);
      choice['index'] = checkIndex(choice['index'] ?? position, 'choices', limits.choices);
    });
  },
};
