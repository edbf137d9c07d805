import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { buildChoiceChunk, checkText, type ChunkConfig } from './build-chunk.js';

/**
 * A chunk that adds to the model's reasoning, as most servers name it: `reasoning_content`.
 *
 * @throws TypeError for a text that is no string and a field that is not what {@link ChunkConfig} allows.
 */
export function reasoningChunk(text: string, config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('text', text);
  return buildChoiceChunk('reasoningChunk', { delta: { reasoning_content: text } }, config);
}
