import type { TokenLogprob } from '../schemas/chat-completion-chunk.js';

/** A tool call as accumulated so far, or whole. */
export interface ToolCall {
  /** The server's id; one of ours when the message is finished and the server gave none. */
  readonly id: string;
  /** `function`, `custom`, or the server's own word. */
  readonly type: string;
  readonly name: string;
  /** JSON text as the model wrote it; for a custom tool, its input. */
  readonly arguments: string;
  /** Whether the model finished this call; never true in an answer that was cut or filtered. */
  readonly complete: boolean;
  /** Fields of the call that are not ours, which some servers need back. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Token counts, in one shape whatever the endpoint. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Input tokens read from the server's cache, part of `inputTokens`. */
  readonly cachedTokens?: number;
  /** Output tokens spent on reasoning, part of `outputTokens`. */
  readonly reasoningTokens?: number;
  /** The server's own usage object, with what else it counts. */
  readonly raw: unknown;
}

/** A message as accumulated so far, or finished. Immutable; own enumerable data properties only. */
export interface Message {
  readonly id: string | undefined;
  readonly model: string | undefined;
  /** `assistant` when the server never says. */
  readonly role: string;
  readonly content: string;
  readonly reasoning: string;
  /** The field in which the server sends its reasoning as plain text, also while that is empty; left out where it has none. */
  readonly reasoningKey?: 'reasoning_content' | 'reasoning';
  readonly refusal: string;
  readonly toolCalls: readonly ToolCall[];
  /** The deprecated form of a single tool call. */
  readonly functionCall?: { readonly name: string; readonly arguments: string };
  /** The server's own word; `undefined` until it comes, and where the server sends none. */
  readonly finishReason: string | undefined;
  readonly usage?: Usage;
  /** On the finished message only. */
  readonly logprobs?: readonly TokenLogprob[];
  /** Delta fields that are not ours: strings and arrays appended, others replaced. Long arrays appear when finished. */
  readonly extra: Readonly<Record<string, unknown>>;
}
