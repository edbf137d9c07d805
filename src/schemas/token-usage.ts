import * as z from 'zod/mini';

/**
 * Token counts as chat and legacy completions send them, on any chunk. Counts are cumulative: the last one holds.
 * Servers add detail objects and costs, which are kept untouched.
 */
export interface TokenUsage {
  readonly prompt_tokens?: number | null | undefined;
  readonly completion_tokens?: number | null | undefined;
  readonly total_tokens?: number | null | undefined;
  readonly prompt_tokens_details?: TokenDetails | null | undefined;
  readonly completion_tokens_details?: TokenDetails | null | undefined;
  readonly [key: string]: unknown;
}

/** What token counts are made of. */
export interface TokenDetails {
  /** Of the prompt's tokens, those read from a cache. */
  readonly cached_tokens?: number | null | undefined;
  /** Of the completion's tokens, those spent on reasoning. */
  readonly reasoning_tokens?: number | null | undefined;
  readonly [key: string]: unknown;
}

const tokenDetails: z.ZodMiniType<TokenDetails> = z.looseObject({
  cached_tokens: z.nullish(z.number()),
  reasoning_tokens: z.nullish(z.number()),
});

/** Schema of {@link TokenUsage}. */
export const tokenUsage: z.ZodMiniType<TokenUsage> = z.looseObject({
  prompt_tokens: z.nullish(z.number()),
  completion_tokens: z.nullish(z.number()),
  total_tokens: z.nullish(z.number()),
  prompt_tokens_details: z.nullish(tokenDetails),
  completion_tokens_details: z.nullish(tokenDetails),
});
