import * as z from 'zod/mini';
import { tokenUsage } from './token-usage.js';

/** Schema of {@link CompletionChoice}. */
export const completionChoice = z.looseObject({
  index: z.number(),
  text: z.nullish(z.string()),
  finish_reason: z.nullish(z.string()),
});
/** One of the answers inside a legacy chunk; with several prompts, `index` runs over prompt times `n` plus answer. */
export interface CompletionChoice extends z.infer<typeof completionChoice> {}

/** Schema of {@link CompletionChunk}. */
export const completionChunk = z.looseObject({
  id: z.nullish(z.string()),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  model: z.nullish(z.string()),
  choices: z.array(completionChoice),
  usage: z.nullish(tokenUsage),
  system_fingerprint: z.nullish(z.string()),
});
/**
 * One streaming object of the legacy `/completions`: what `completions()` emits. `choices` is always an array, and each
 * choice has an `index`; unknown fields are kept.
 */
export interface CompletionChunk extends z.infer<typeof completionChunk> {}
