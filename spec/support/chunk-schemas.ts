import * as z from 'zod/mini';
import { chatDelta } from '../../src/local/answers/chat-delta.js';
import type { ChatChoice, ChatCompletionChunk, TokenLogprob } from '../../src/schemas/chat-completion-chunk.js';
import type { CompletionChoice, CompletionChunk } from '../../src/schemas/completion.js';
import type { TokenDetails, TokenUsage } from '../../src/schemas/token-usage.js';

const tokenDetails: z.ZodMiniType<TokenDetails> = z.looseObject({
  cached_tokens: z.nullish(z.number()),
  reasoning_tokens: z.nullish(z.number()),
});

const tokenUsage: z.ZodMiniType<TokenUsage> = z.looseObject({
  prompt_tokens: z.nullish(z.number()),
  completion_tokens: z.nullish(z.number()),
  total_tokens: z.nullish(z.number()),
  prompt_tokens_details: z.nullish(tokenDetails),
  completion_tokens_details: z.nullish(tokenDetails),
});

const tokenLogprob: z.ZodMiniType<TokenLogprob> = z.looseObject({ token: z.string(), logprob: z.number() });

const chatChoice: z.ZodMiniType<ChatChoice> = z.looseObject({
  index: z.number(),
  delta: chatDelta,
  finish_reason: z.nullish(z.string()),
  logprobs: z.nullish(
    z.looseObject({ content: z.nullish(z.array(tokenLogprob)), refusal: z.nullish(z.array(tokenLogprob)) }),
  ),
});

/** Schema of a chat chunk as it is emitted. */
export const chatCompletionChunk: z.ZodMiniType<ChatCompletionChunk> = z.looseObject({
  id: z.nullish(z.string()),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  model: z.nullish(z.string()),
  choices: z.array(chatChoice),
  usage: z.nullish(tokenUsage),
  service_tier: z.nullish(z.string()),
  system_fingerprint: z.nullish(z.string()),
});

const completionChoice: z.ZodMiniType<CompletionChoice> = z.looseObject({
  index: z.number(),
  text: z.nullish(z.string()),
  finish_reason: z.nullish(z.string()),
  delta: z.nullish(chatDelta),
});

/** Schema of a legacy chunk as it is emitted. */
export const completionChunk: z.ZodMiniType<CompletionChunk> = z.looseObject({
  id: z.nullish(z.string()),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  model: z.nullish(z.string()),
  choices: z.array(completionChoice),
  usage: z.nullish(tokenUsage),
  system_fingerprint: z.nullish(z.string()),
});
