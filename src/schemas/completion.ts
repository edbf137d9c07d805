import * as z from 'zod/mini';
import { chatDelta, type ChatDelta } from './chat-completion-chunk.js';
import type { StreamOptions } from './chat-completion-request.js';
import { tokenUsage, type TokenUsage } from './token-usage.js';

/** One of the answers in a legacy chunk. With several prompts, `index` is that of the prompt times `n` plus the answer's. */
export interface CompletionChoice {
  readonly index: number;
  /** Text to append. */
  readonly text?: string | null | undefined;
  readonly finish_reason?: string | null | undefined;
  /** Sent by servers that confuse their endpoints. */
  readonly delta?: ChatDelta | null | undefined;
  readonly [key: string]: unknown;
}

const completionChoice: z.ZodMiniType<CompletionChoice> = z.looseObject({
  index: z.number(),
  text: z.nullish(z.string()),
  finish_reason: z.nullish(z.string()),
  delta: z.nullish(chatDelta),
});

/**
 * One streaming object of the legacy `/completions`, as emitted by `completions()`. `choices` is always an array, and each
 * choice has an `index`. Unknown fields are kept.
 */
export interface CompletionChunk {
  readonly id?: string | null | undefined;
  readonly object?: string | null | undefined;
  /** On most servers in seconds since the epoch. */
  readonly created?: number | null | undefined;
  readonly model?: string | null | undefined;
  readonly choices: readonly CompletionChoice[];
  readonly usage?: TokenUsage | null | undefined;
  readonly system_fingerprint?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link CompletionChunk}. @internal */
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
 * A request to the legacy `/completions`, which continues a prompt. Unknown fields are sent unchanged.
 */
export interface CompletionRequest {
  /** The model's name, such as one from `models()`. */
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
  /** `null` leaves the field out, for servers that reject it. */
  readonly stream_options?: StreamOptions | null | undefined;
  /** Always true, and optional. */
  readonly stream?: true | undefined;
  readonly [key: string]: unknown;
}
