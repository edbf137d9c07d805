import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import { buildChoiceChunk, checkText, type ChunkConfig } from './build-chunk.js';

/**
 * The chunk by which a server says that an answer has ended, and why: `stop`, `length`, `tool_calls`, `content_filter` or a
 * word of its own.
 *
 * @throws TypeError for a reason that is no string and a field that is not what {@link ChunkConfig} allows.
 */
export function finishChunk(reason = 'stop', config: ChunkConfig = {}): ChatCompletionChunk {
  checkText('reason', reason);
  return buildChoiceChunk('finishChunk', { delta: {}, finish_reason: reason }, config);
}
