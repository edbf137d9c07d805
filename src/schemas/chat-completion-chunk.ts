import * as z from 'zod/mini';
import { tokenUsage, type TokenUsage } from './token-usage.js';

/** A piece of a function's name or arguments. */
export interface FunctionDelta {
  readonly name?: string | null | undefined;
  /** JSON text, to be appended; some servers send the arguments whole, as an object. */
  readonly arguments?: string | object | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link FunctionDelta}. */
export const functionDelta: z.ZodMiniType<FunctionDelta> = z.looseObject({
  name: z.nullish(z.string()),
  arguments: z.nullish(z.union([z.string(), z.looseObject({})])),
});

/** A piece of one tool call. Servers number calls, name them by id, do both or neither; `accumulateMessage` sorts it out. */
export interface ToolCallDelta {
  readonly index?: number | null | undefined;
  readonly id?: string | null | undefined;
  /** `function` or `custom`. */
  readonly type?: string | null | undefined;
  readonly function?: FunctionDelta | null | undefined;
  readonly custom?: CustomDelta | null | undefined;
  readonly [key: string]: unknown;
}

/** A piece of a custom tool's name or input. */
export interface CustomDelta {
  readonly name?: string | null | undefined;
  readonly input?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link ToolCallDelta}. */
export const toolCallDelta: z.ZodMiniType<ToolCallDelta> = z.looseObject({
  index: z.nullish(z.number()),
  id: z.nullish(z.string()),
  type: z.nullish(z.string()),
  function: z.nullish(functionDelta),
  custom: z.nullish(z.looseObject({ name: z.nullish(z.string()), input: z.nullish(z.string()) })),
});

/** A part of content sent as a list, such as `{ type: 'text', text }` or `{ type: 'thinking', thinking }`. */
export interface ContentPart {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Schema of {@link ContentPart}. */
export const contentPart: z.ZodMiniType<ContentPart> = z.looseObject({ type: z.string() });

/** What a chunk adds to one choice. Every field is optional, and may be null. */
export interface ChatDelta {
  readonly role?: string | null | undefined;
  /** Text to be appended; some servers send a list of parts. `textDeltas` reads both. */
  readonly content?: string | readonly ContentPart[] | null | undefined;
  readonly refusal?: string | null | undefined;
  /** The model's reasoning, as DeepSeek, Qwen and others name it. */
  readonly reasoning_content?: string | null | undefined;
  /** The model's reasoning, as OpenRouter, Groq, Ollama and others name it. */
  readonly reasoning?: string | null | undefined;
  readonly tool_calls?: readonly ToolCallDelta[] | null | undefined;
  /** The deprecated form of a single tool call. */
  readonly function_call?: FunctionDelta | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link ChatDelta}. */
export const chatDelta: z.ZodMiniType<ChatDelta> = z.looseObject({
  role: z.nullish(z.string()),
  content: z.nullish(z.union([z.string(), z.array(contentPart)])),
  refusal: z.nullish(z.string()),
  reasoning_content: z.nullish(z.string()),
  reasoning: z.nullish(z.string()),
  tool_calls: z.nullish(z.array(toolCallDelta)),
  function_call: z.nullish(functionDelta),
});

/** The log probability of one token; its bytes and the tokens that were nearly chosen stand beside it. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly [key: string]: unknown;
}

/** Schema of {@link TokenLogprob}. */
export const tokenLogprob: z.ZodMiniType<TokenLogprob> = z.looseObject({ token: z.string(), logprob: z.number() });

/** The log probabilities of the tokens that a chunk adds. */
export interface ChoiceLogprobs {
  readonly content?: readonly TokenLogprob[] | null | undefined;
  readonly refusal?: readonly TokenLogprob[] | null | undefined;
  readonly [key: string]: unknown;
}

/** One of `n` answers inside a chunk. */
export interface ChatChoice {
  readonly index: number;
  readonly delta: ChatDelta;
  /** `stop`, `length`, `tool_calls`, `content_filter` or the server's own word; null or missing until the answer ends. */
  readonly finish_reason?: string | null | undefined;
  readonly logprobs?: ChoiceLogprobs | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link ChatChoice}. */
export const chatChoice: z.ZodMiniType<ChatChoice> = z.looseObject({
  index: z.number(),
  delta: chatDelta,
  finish_reason: z.nullish(z.string()),
  logprobs: z.nullish(
    z.looseObject({ content: z.nullish(z.array(tokenLogprob)), refusal: z.nullish(z.array(tokenLogprob)) }),
  ),
});

/**
 * One streaming object of `/chat/completions`: what `chat()` emits. `choices` is always an array, and each choice has an
 * `index` and a `delta`, also where a server leaves them out; unknown fields are kept. `choices` may be empty, on a
 * chunk that carries usage or moderation only.
 */
export interface ChatCompletionChunk {
  readonly id?: string | null | undefined;
  readonly object?: string | null | undefined;
  /** Seconds since the epoch, on most servers. */
  readonly created?: number | null | undefined;
  readonly model?: string | null | undefined;
  readonly choices: readonly ChatChoice[];
  readonly usage?: TokenUsage | null | undefined;
  readonly service_tier?: string | null | undefined;
  readonly system_fingerprint?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** Schema of {@link ChatCompletionChunk}. */
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
