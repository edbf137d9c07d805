import type { ChatMessage } from './chat-message.js';

/** Requests additional data in a stream. `include_usage` is true by default. */
export interface StreamOptions {
  readonly include_usage?: boolean | undefined;
  readonly include_obfuscation?: boolean | undefined;
  readonly [key: string]: unknown;
}

/** A tool the model can call. `parameters` is a JSON schema. */
export type Tool =
  | {
      readonly type: 'function';
      readonly function: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly parameters?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | null | undefined;
      };
    }
  | {
      readonly type: 'custom';
      readonly custom: { readonly name: string; readonly description?: string; readonly format?: unknown };
    };

/** The format of the answer: text, any JSON object, or JSON that matches a schema. */
export type ResponseFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly schema?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | null | undefined;
      };
    };

/**
 * A request to `/chat/completions`. Unknown fields are sent unchanged. The object is never modified.
 */
export interface ChatCompletionRequest {
  /** The model's name, such as one from `models()`. */
  readonly model: string;
  /** The conversation so far, at least one message. */
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  /** How many answers to stream in parallel; read one of them by its choice index. */
  readonly n?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  /** Limits visible and reasoning tokens. Many compatible servers support only `max_tokens`. */
  readonly max_completion_tokens?: number | null | undefined;
  readonly max_tokens?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly frequency_penalty?: number | null | undefined;
  readonly logprobs?: boolean | null | undefined;
  readonly top_logprobs?: number | null | undefined;
  readonly seed?: number | null | undefined;
  readonly tools?: readonly Tool[] | undefined;
  readonly tool_choice?: 'none' | 'auto' | 'required' | Readonly<Record<string, unknown>> | undefined;
  readonly parallel_tool_calls?: boolean | undefined;
  readonly response_format?: ResponseFormat | undefined;
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | (string & {}) | null | undefined;
  /** `null` leaves the field out, for servers that reject it. */
  readonly stream_options?: StreamOptions | null | undefined;
  /** Always true, and optional. */
  readonly stream?: true | undefined;
  readonly [key: string]: unknown;
}
