import * as z from 'zod/mini';

/** Schema of {@link TokenUsage}. */
export const tokenUsage = z.looseObject({
  prompt_tokens: z.nullish(z.number()),
  completion_tokens: z.nullish(z.number()),
  total_tokens: z.nullish(z.number()),
  prompt_tokens_details: z.nullish(z.looseObject({ cached_tokens: z.nullish(z.number()) })),
  completion_tokens_details: z.nullish(z.looseObject({ reasoning_tokens: z.nullish(z.number()) })),
});
/**
 * Token counts as chat and legacy completions send them, on any chunk. Counts are cumulative: the last one holds.
 * Servers add detail objects and costs, which are kept untouched.
 */
export interface TokenUsage extends z.infer<typeof tokenUsage> {}
