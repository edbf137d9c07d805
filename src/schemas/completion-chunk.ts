import * as z from 'zod/mini';
import { chatDelta, type ChatDelta } from './chat-completion-chunk.js';
import { tokenUsage, type TokenUsage } from './token-usage.js';

/** One of the answers inside a legacy chunk; with several prompts, `index` runs over prompt times `n` plus answer. */
export interface CompletionChoice {
  readonly index: number;
  /** Text to be appended. */
  readonly text?: string | null | undefined;
  readonly finish_reason?: string | null | undefined;
  /** Sent by servers that mix up their endpoints. */
  readonly delta?: ChatDelta | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link CompletionChoice}. */
export const completionChoice: z.ZodMiniType<CompletionChoice> = z.looseObject({
  index: z.number(),
  text: z.nullish(z.string()),
  finish_reason: z.nullish(z.string()),
  delta: z.nullish(chatDelta),
});

/**
 * One streaming object of the legacy `/completions`: what `completions()` emits. `choices` is always an array, and each
 * choice has an `index`; unknown fields are kept.
 */
export interface CompletionChunk {
  readonly id?: string | null | undefined;
  readonly object?: string | null | undefined;
  /** Seconds since the epoch, on most servers. */
  readonly created?: number | null | undefined;
  readonly model?: string | null | undefined;
  readonly choices: readonly CompletionChoice[];
  readonly usage?: TokenUsage | null | undefined;
  readonly system_fingerprint?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link CompletionChunk}. */
export const completionChunk: z.ZodMiniType<CompletionChunk> = z.looseObject({
  id: z.nullish(z.string()),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  model: z.nullish(z.string()),
  choices: z.array(completionChoice),
  usage: z.nullish(tokenUsage),
  system_fingerprint: z.nullish(z.string()),
});
