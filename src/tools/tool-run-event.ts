import type { ChatCompletionChunk } from '../schemas/chat-completion-chunk.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import type { Message, ToolCall } from '../schemas/message.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseInputItem } from '../schemas/response-request.js';

/** What a run over each API streams, and what its history consists of. */
interface RunParts {
  readonly chat: { readonly chunk: ChatCompletionChunk; readonly item: ChatMessage };
  readonly responses: { readonly chunk: ResponseEvent; readonly item: ResponseInputItem };
}

/** The API of a tool run. */
export type ToolRunApi = keyof RunParts;

/**
 * Why a call has no result. `unknown`: no tool of that name. `invalid`: the arguments do not parse or do not fit. `denied`:
 * not approved. `timeout`: the tool took too long. `thrown`: the tool failed. `too_large`: its result is too long to send.
 */
export type ToolFailureReason = 'unknown' | 'invalid' | 'denied' | 'timeout' | 'thrown' | 'too_large';

/**
 * What happens in a tool run. Per turn: each `chunk` as it comes; when the answer is whole each `call`, in order; then for
 * each call `start`, any `progress`, and one `result` or `failure`, interleaved between calls; at the end `turn`.
 */
export type ToolRunEvent<Api extends ToolRunApi = ToolRunApi> = {
  /** The number of the turn, from 0. */
  readonly turn: number;
} & (
  | { readonly type: 'chunk'; readonly chunk: RunParts[Api]['chunk'] }
  | { readonly type: 'call'; readonly call: ToolCall }
  /** The tool begins, after it was approved. */
  | { readonly type: 'start'; readonly call: ToolCall }
  /** A value of the tool; the last one is the result, too. */
  | { readonly type: 'progress'; readonly call: ToolCall; readonly value: unknown }
  /** `content` is what the model is told. */
  | { readonly type: 'result'; readonly call: ToolCall; readonly value: unknown; readonly content: string }
  | {
      readonly type: 'failure';
      readonly call: ToolCall;
      readonly reason: ToolFailureReason;
      /** What the tool, its schema or `approve` threw. */
      readonly error?: unknown;
      /** What the model is told. */
      readonly content: string;
    }
  | {
      readonly type: 'turn';
      readonly message: Message;
      /** The calls that are the caller's to answer. */
      readonly open: readonly ToolCall[];
      /** All that the next request has to send, the answers to the calls included. */
      readonly history: readonly RunParts[Api]['item'][];
    }
);
