import * as z from 'zod/mini';
import { tokenUsage, type TokenUsage } from './token-usage.js';

/** Part of a function's name or arguments. */
export interface FunctionDelta {
  readonly name?: string | null | undefined;
  /** JSON text to append; some servers send all arguments at once, as an object. */
  readonly arguments?: string | object | null | undefined;
  readonly [key: string]: unknown;
}

const functionDelta: z.ZodMiniType<FunctionDelta> = z.looseObject({
  name: z.nullish(z.string()),
  arguments: z.nullish(z.union([z.string(), z.looseObject({})])),
});

/**
 * Part of one tool call. Servers identify calls by index, by id, by both, or by neither; `accumulateMessage` handles all
 * of these.
 */
export interface ToolCallDelta {
  readonly index?: number | null | undefined;
  readonly id?: string | null | undefined;
  /** `function` or `custom`. */
  readonly type?: string | null | undefined;
  readonly function?: FunctionDelta | null | undefined;
  readonly custom?: CustomDelta | null | undefined;
  readonly [key: string]: unknown;
}

/** Part of a custom tool's name or input. */
export interface CustomDelta {
  readonly name?: string | null | undefined;
  readonly input?: string | null | undefined;
  readonly [key: string]: unknown;
}

const toolCallDelta: z.ZodMiniType<ToolCallDelta> = z.looseObject({
  index: z.nullish(z.number()),
  id: z.nullish(z.string()),
  type: z.nullish(z.string()),
  function: z.nullish(functionDelta),
  custom: z.nullish(z.looseObject({ name: z.nullish(z.string()), input: z.nullish(z.string()) })),
});

/** A part of content that is sent as a list, such as `{ type: 'text', text }` or `{ type: 'thinking', thinking }`. */
export interface ContentPart {
  readonly type: string;
  readonly [key: string]: unknown;
}

const contentPart: z.ZodMiniType<ContentPart> = z.looseObject({ type: z.string() });

/** What a chunk adds to one choice. Every field is optional and may be null. */
export interface ChatDelta {
  readonly role?: string | null | undefined;
  /** Text to append; some servers send a list of parts. `textDeltas` reads both. */
  readonly content?: string | readonly ContentPart[] | null | undefined;
  readonly refusal?: string | null | undefined;
  /** The model's reasoning, as sent by DeepSeek, Qwen and others. */
  readonly reasoning_content?: string | null | undefined;
  /** The model's reasoning, as sent by OpenRouter, Groq, Ollama and others. */
  readonly reasoning?: string | null | undefined;
  readonly tool_calls?: readonly ToolCallDelta[] | null | undefined;
  /** The deprecated form of a single tool call. */
  readonly function_call?: FunctionDelta | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link ChatDelta}. @internal */
export const chatDelta: z.ZodMiniType<ChatDelta> = z.looseObject({
  role: z.nullish(z.string()),
  content: z.nullish(z.union([z.string(), z.array(contentPart)])),
  refusal: z.nullish(z.string()),
  reasoning_content: z.nullish(z.string()),
  reasoning: z.nullish(z.string()),
  tool_calls: z.nullish(z.array(toolCallDelta)),
  function_call: z.nullish(functionDelta),
});

/** The log probability of one token, usually with its bytes and the most likely alternatives. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly [key: string]: unknown;
}

const tokenLogprob: z.ZodMiniType<TokenLogprob> = z.looseObject({ token: z.string(), logprob: z.number() });

/** The log probabilities of the tokens in a chunk. */
export interface ChoiceLogprobs {
  readonly content?: readonly TokenLogprob[] | null | undefined;
  readonly refusal?: readonly TokenLogprob[] | null | undefined;
  readonly [key: string]: unknown;
}

/** One of `n` answers in a chunk. */
export interface ChatChoice {
  readonly index: number;
  readonly delta: ChatDelta;
  /** `stop`, `length`, `tool_calls`, `content_filter` or a server-specific reason; null or missing until the answer ends. */
  readonly finish_reason?: string | null | undefined;
  readonly logprobs?: ChoiceLogprobs | null | undefined;
  readonly [key: string]: unknown;
}

const chatChoice: z.ZodMiniType<ChatChoice> = z.looseObject({
  index: z.number(),
  delta: chatDelta,
  finish_reason: z.nullish(z.string()),
  logprobs: z.nullish(
    z.looseObject({ content: z.nullish(z.array(tokenLogprob)), refusal: z.nullish(z.array(tokenLogprob)) }),
  ),
});

/**
 * One streaming object of `/chat/completions`, as emitted by `chat()`. `choices` is always an array, and each choice has an
 * `index` and a `delta`, even if the server leaves them out. Unknown fields are kept. `choices` may be empty, for example
 * in a chunk with only usage.
 */
export interface ChatCompletionChunk {
  readonly id?: string | null | undefined;
  readonly object?: string | null | undefined;
  /** On most servers in seconds since the epoch. */
  readonly created?: number | null | undefined;
  readonly model?: string | null | undefined;
  readonly choices: readonly ChatChoice[];
  readonly usage?: TokenUsage | null | undefined;
  readonly service_tier?: string | null | undefined;
  readonly system_fingerprint?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link ChatCompletionChunk}. @internal */
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
