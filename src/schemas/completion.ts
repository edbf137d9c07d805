import * as z from 'zod/mini';
import { chatDelta, type ChatDelta } from './chat-completion-chunk.js';
import type { StreamOptions } from './chat-completion-request.js';
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

/**
 * A request to the legacy `/completions`: a prompt in, its continuation out. Fields this type does not know pass through.
 */
export interface CompletionRequest {
  /** The model's name, such as those that `models()` gives. */
  readonly model: string;
  /** Text, several texts, or token ids. */
  readonly prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly suffix?: string | null | undefined;
  readonly max_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly n?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  readonly echo?: boolean | null | undefined;
  readonly logprobs?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly frequency_penalty?: number | null | undefined;
  readonly seed?: number | null | undefined;
  /** `null` sends none, for servers that reject the field. */
  readonly stream_options?: StreamOptions | null | undefined;
  /** Always true; may be left out. */
  readonly stream?: true | undefined;
  readonly [key: string]: unknown;
}
