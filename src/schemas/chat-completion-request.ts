import type { ChatMessage } from './chat-message.js';

/** Asks for extras in a stream. `include_usage` is added when you do not set it. */
export interface StreamOptions {
  readonly include_usage?: boolean;
  readonly include_obfuscation?: boolean;
  readonly [key: string]: unknown;
}

/** A tool the model may call. `parameters` is a JSON schema. */
export type Tool =
  | {
      readonly type: 'function';
      readonly function: {
        readonly name: string;
        readonly description?: string;
        readonly parameters?: Readonly<Record<string, unknown>>;
        readonly strict?: boolean | null;
      };
    }
  | {
      readonly type: 'custom';
      readonly custom: { readonly name: string; readonly description?: string; readonly format?: unknown };
    };

/** What the answer must look like: free text, any JSON, or JSON that fits a schema. */
export type ResponseFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema?: Readonly<Record<string, unknown>>;
        readonly strict?: boolean | null;
      };
    };

/**
 * A request to `/chat/completions`. Fields the API or your server knows and this type does not pass through as they are.
 * It is plain data and is never changed.
 */
export interface ChatCompletionRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  /** How many answers to stream side by side; read one of them by its choice index. */
  readonly n?: number | null;
  readonly stop?: string | readonly string[] | null;
  /** Limits visible and reasoning tokens. Many compatible servers know only `max_tokens`. */
  readonly max_completion_tokens?: number | null;
  readonly max_tokens?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly logprobs?: boolean | null;
  readonly top_logprobs?: number | null;
  readonly seed?: number | null;
  readonly tools?: readonly Tool[];
  readonly tool_choice?: 'none' | 'auto' | 'required' | Readonly<Record<string, unknown>>;
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: ResponseFormat;
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | (string & {}) | null;
  /** `null` sends none, for servers that reject the field. */
  readonly stream_options?: StreamOptions | null;
  /** Always true; may be left out. */
  readonly stream?: true;
  readonly [key: string]: unknown;
}
