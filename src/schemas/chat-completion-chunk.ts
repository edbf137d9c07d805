import * as z from 'zod/mini';
import { tokenUsage } from './token-usage.js';

/** Schema of {@link FunctionDelta}. */
export const functionDelta = z.looseObject({
  name: z.nullish(z.string()),
  arguments: z.nullish(z.union([z.string(), z.looseObject({})])),
});
/** A piece of a function's name or arguments. Some servers send the arguments as an object. */
export interface FunctionDelta extends z.infer<typeof functionDelta> {}

/** Schema of {@link ToolCallDelta}. */
export const toolCallDelta = z.looseObject({
  index: z.nullish(z.number()),
  id: z.nullish(z.string()),
  type: z.nullish(z.string()),
  function: z.nullish(functionDelta),
  custom: z.nullish(z.looseObject({ name: z.nullish(z.string()), input: z.nullish(z.string()) })),
});
/** A piece of one tool call; which call it belongs to, {@link Message} works out. */
export interface ToolCallDelta extends z.infer<typeof toolCallDelta> {}

/** Schema of {@link ContentPart}. */
export const contentPart = z.looseObject({ type: z.string() });
/** A part of content sent as a list, such as `{ type: 'text', text }` or `{ type: 'thinking', thinking }`. */
export interface ContentPart extends z.infer<typeof contentPart> {}

/** Schema of {@link ChatDelta}. */
export const chatDelta = z.looseObject({
  role: z.nullish(z.string()),
  content: z.nullish(z.union([z.string(), z.array(contentPart)])),
  refusal: z.nullish(z.string()),
  reasoning_content: z.nullish(z.string()),
  reasoning: z.nullish(z.string()),
  tool_calls: z.nullish(z.array(toolCallDelta)),
  function_call: z.nullish(functionDelta),
});
/** What a chunk adds to one choice. Every field is optional, and may be null. */
export interface ChatDelta extends z.infer<typeof chatDelta> {}

/** Schema of {@link TokenLogprob}. */
export const tokenLogprob = z.looseObject({ token: z.string(), logprob: z.number() });
/** The log probability of one token, and of those that were nearly chosen. */
export interface TokenLogprob extends z.infer<typeof tokenLogprob> {}

/** Schema of {@link ChatChoice}. */
export const chatChoice = z.looseObject({
  index: z.number(),
  delta: chatDelta,
  finish_reason: z.nullish(z.string()),
  logprobs: z.nullish(
    z.looseObject({ content: z.nullish(z.array(tokenLogprob)), refusal: z.nullish(z.array(tokenLogprob)) }),
  ),
});
/** One of `n` answers inside a chunk. */
export interface ChatChoice extends z.infer<typeof chatChoice> {}

/** Schema of {@link ChatCompletionChunk}. */
export const chatCompletionChunk = z.looseObject({
  id: z.nullish(z.string()),
  object: z.nullish(z.string()),
  created: z.nullish(z.number()),
  model: z.nullish(z.string()),
  choices: z.array(chatChoice),
  usage: z.nullish(tokenUsage),
  service_tier: z.nullish(z.string()),
  system_fingerprint: z.nullish(z.string()),
});
/**
 * One streaming object of `/chat/completions`: what `chat()` emits. `choices` is always an array, and each choice has an
 * `index` and a `delta`, also where a server leaves them out; unknown fields are kept. `choices` may be empty, on a
 * chunk that carries usage or moderation only.
 */
export interface ChatCompletionChunk extends z.infer<typeof chatCompletionChunk> {}
