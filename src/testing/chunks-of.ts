import { checkConfig } from '../util/check.js';
import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { TokenUsage } from '../schemas/token-usage.js';
import { checkText, type ChunkConfig } from './build-chunk.js';
import { finishChunk } from './finish-chunk.js';
import { roleChunk } from './role-chunk.js';
import { textChunk } from './text-chunk.js';
import { usageChunk } from './usage-chunk.js';

/** How an answer is cut into chunks. */
export interface ChunksOfConfig extends ChunkConfig {
  /** Why the answer ends. Default `'stop'`. */
  readonly finishReason?: string | undefined;
  /** Token counts for a last chunk; without them there is none. */
  readonly usage?: TokenUsage | undefined;
}

/**
 * All the chunks of an answer: the role, the text word by word, the finish reason and, if they are given, token counts.
 * The pieces joined are the text; each word has the space before it, as with most models.
 *
 * ```ts
 * fakeClient(from(chunksOf('Hello world'))); // role, 'Hello', ' world', finish
 * ```
 *
 * @throws TypeError for a text that is no string and a field that is not what {@link ChunksOfConfig} allows.
 */
export function chunksOf(text: string, config: ChunksOfConfig = {}): readonly ChatCompletionChunk[] {
  checkText('text', text);
  checkConfig('chunksOf', config, ['choice', 'id', 'model', 'finishReason', 'usage']);
  const role = roleChunk('assistant', config);
  const pieces = text.match(/\s*\S+|\s+$/gu) ?? [];
  const { finishReason = 'stop', usage } = config;
  return [
    role,
    ...pieces.map((piece) => textChunk(piece, config)),
    finishChunk(finishReason, config),
    ...(usage === undefined ? [] : [usageChunk(usage, config)]),
  ];
}
