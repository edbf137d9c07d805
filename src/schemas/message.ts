import type { TokenLogprob } from './chat-completion-chunk.js';
import type { ResponseOutputItem } from './response-object.js';

/** A tool call as accumulated so far, or complete. */
export interface ToolCall {
  /** The server's id, or a generated one once the message is finished and the server sent none. */
  readonly id: string;
  /** `function`, `custom`, or the server's own word. */
  readonly type: string;
  readonly name: string;
  /** JSON text as the model wrote it, or a custom tool's input. */
  readonly arguments: string;
  /** Whether the model finished this call; never true in an answer that was cut off or filtered. */
  readonly complete: boolean;
  /** Further fields of the call, which some servers require in the history. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Token counts, in the same shape for every endpoint. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Input tokens read from the server's cache, included in `inputTokens`. */
  readonly cachedTokens?: number;
  /** Output tokens spent on reasoning, included in `outputTokens`. */
  readonly reasoningTokens?: number;
  /** The server's usage object, with further fields such as costs. Numbers that it sent as text are numbers. */
  readonly raw: unknown;
}

/** A message as accumulated so far, or finished. Immutable; own enumerable data properties only. */
export interface Message {
  readonly id: string | undefined;
  readonly model: string | undefined;
  /** `assistant` if the server sends no role. */
  readonly role: string;
  readonly content: string;
  readonly reasoning: string;
  /** The field in which the server sends reasoning as plain text, if it has one. */
  readonly reasoningKey?: 'reasoning_content' | 'reasoning';
  readonly refusal: string;
  readonly toolCalls: readonly ToolCall[];
  /** The deprecated form of a single tool call. */
  readonly functionCall?: { readonly name: string; readonly arguments: string };
  /** As the server sent it; `undefined` until it arrives, or if the server sends none. */
  readonly finishReason: string | undefined;
  readonly usage?: Usage;
  /** Only on the finished message. */
  readonly logprobs?: readonly TokenLogprob[];
  /** The items of a response, as the server sent them. Only on the finished message, and on the `partial` of an error. */
  readonly output?: readonly ResponseOutputItem[];
  /** Further delta fields: strings and arrays append, others replace. Long arrays may be incomplete until the end. */
  readonly extra: Readonly<Record<string, unknown>>;
}
