import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { buildChoiceChunk, checkText, type ChunkConfig } from './build-chunk.js';

/**
 * The chunk an answer begins with: who speaks, and no text yet.
 *
 * @throws TypeError for a role that is no string and a field that is not what {@link ChunkConfig} allows.
 */
export function roleChunk(role = 'assistant', config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('role', role);
  return buildChoiceChunk('roleChunk', { delta: { role, content: '' } }, config);
}
