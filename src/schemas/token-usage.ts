import * as z from 'zod/mini';

/**
 * Token counts of chat and legacy completions, on any chunk. Counts are cumulative, so the last one is the total. Unknown
 * fields, such as costs, are kept.
 */
export interface TokenUsage {
  readonly prompt_tokens?: number | null | undefined;
  readonly completion_tokens?: number | null | undefined;
  readonly total_tokens?: number | null | undefined;
  readonly prompt_tokens_details?: TokenDetails | null | undefined;
  readonly completion_tokens_details?: TokenDetails | null | undefined;
  readonly [key: string]: unknown;
}

/** Details of a token count. */
export interface TokenDetails {
  /** The prompt tokens read from a cache. */
  readonly cached_tokens?: number | null | undefined;
  /** The completion tokens spent on reasoning. */
  readonly reasoning_tokens?: number | null | undefined;
  readonly [key: string]: unknown;
}

const tokenDetails: z.ZodMiniType<TokenDetails> = z.looseObject({
  cached_tokens: z.nullish(z.number()),
  reasoning_tokens: z.nullish(z.number()),
});

/** Schema of {@link TokenUsage}. @internal */
export const tokenUsage: z.ZodMiniType<TokenUsage> = z.looseObject({
  prompt_tokens: z.nullish(z.number()),
  completion_tokens: z.nullish(z.number()),
  total_tokens: z.nullish(z.number()),
  prompt_tokens_details: z.nullish(tokenDetails),
  completion_tokens_details: z.nullish(tokenDetails),
});
