import { check } from '../util/check.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { TokenUsage } from '../schemas/token-usage.js';
import { buildChunk, type ChunkConfig } from './build-chunk.js';

/**
 * The chunk with token counts that follows an answer; it has no choices. A count that is left out is 0, and a
 * total that is left out the sum.
 *
 * ```ts
 * usageChunk({ prompt_tokens: 9, completion_tokens: 2 });
 * ```
 *
 * @throws TypeError for counts that are no whole numbers and a field that is not what {@link ChunkConfig} allows.
 */
export function usageChunk(usage: TokenUsage, config: Omit<ChunkConfig, 'choice'> = {}): ChatCompletionChunk {
  check(typeof usage === 'object' && (usage as unknown) !== null, 'usage', 'an object', usage);
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  const counts = {
    prompt_tokens: prompt ?? 0,
    completion_tokens: completion ?? 0,
    total_tokens: usage.total_tokens ?? (prompt ?? 0) + (completion ?? 0),
  };
  Object.entries(counts).forEach(([name, count]) => {
    check(Number.isSafeInteger(count) && count >= 0, `usage.${name}`, 'a whole number, 0 or more', count);
  });
  return { ...buildChunk('usageChunk', config), usage: { ...usage, ...counts } };
}
