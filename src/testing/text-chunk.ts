import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { buildChoiceChunk, checkText, type ChunkConfig } from './build-chunk.js';

/**
 * A chunk that adds text to an answer.
 *
 * @throws TypeError for a text that is no string and a field that is not what {@link ChunkConfig} allows.
 * @see {@link chunksOf} for all the chunks of an answer.
 */
export function textChunk(text: string, config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('text', text);
  return buildChoiceChunk('textChunk', { delta: { content: text } }, config);
}
