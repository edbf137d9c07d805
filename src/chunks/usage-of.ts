import type { TokenUsage } from '../schemas/token-usage.js';
import type { Usage } from './message.js';
import type { AnswerChunk } from './answer-chunk.js';

/** The token counts a chunk carries, on whichever chunk a server puts them; `undefined` if none. */
export function usageOf(chunk: AnswerChunk): Usage | undefined {
  // Groq repeats its usage in a field of its own; the common one is preferred.
  const groq = chunk['x_groq'] as { readonly usage?: TokenUsage | null } | null | undefined;
  const raw = chunk.usage ?? groq?.usage;
  if (typeof raw !== 'object' || raw === null) {
    return undefined;
  }
  // The schema has not seen what Groq repeats.
  const inputTokens = firstNumber(raw.prompt_tokens);
  const outputTokens = firstNumber(raw.completion_tokens);
  if (inputTokens === undefined && outputTokens === undefined) {
    return undefined;
  }
  const cachedTokens = firstNumber(
    raw.prompt_tokens_details?.cached_tokens,
    raw['prompt_cache_hit_tokens'],
    raw['cached_tokens'],
  );
  const reasoningTokens = firstNumber(raw.completion_tokens_details?.reasoning_tokens, raw['reasoning_tokens']);
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    totalTokens: firstNumber(raw.total_tokens) ?? (inputTokens ?? 0) + (outputTokens ?? 0),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    raw,
  };
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value) => typeof value === 'number');
}
