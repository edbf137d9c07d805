import type { ResponseOutputItem } from './response-object.js';

/** A part of an input message. */
export type ResponseInputPart =
  | { readonly type: 'input_text'; readonly text: string; readonly [key: string]: unknown }
  | {
      readonly type: 'input_image';
      readonly detail?: 'auto' | 'low' | 'high' | 'original' | (string & {}) | undefined;
      readonly image_url?: string | null | undefined;
      readonly file_id?: string | null | undefined;
      readonly [key: string]: unknown;
    }
  | {
      readonly type: 'input_file';
      readonly file_id?: string | null | undefined;
      readonly file_data?: string | undefined;
      readonly file_url?: string | undefined;
      readonly filename?: string | undefined;
      readonly [key: string]: unknown;
    };

/** A message to the model, or an earlier one of the model as text. */
export interface ResponseInputMessage {
  readonly type?: 'message' | undefined;
  readonly role: 'user' | 'assistant' | 'system' | 'developer';
  readonly content: string | readonly ResponseInputPart[];
  readonly [key: string]: unknown;
}

/** The result of a call, for the model. */
export interface ResponseCallOutput {
  readonly type: 'function_call_output' | 'custom_tool_call_output';
  /** The `call_id` of the call. */
  readonly call_id: string;
  readonly output: string | readonly ResponseInputPart[];
  readonly [key: string]: unknown;
}

/** An item that the server has stored. */
export interface ResponseItemReference {
  readonly type: 'item_reference';
  readonly id: string;
}

/** One item of a request's `input`. Every output item can be sent back. */
export type ResponseInputItem = ResponseInputMessage | ResponseCallOutput | ResponseItemReference | ResponseOutputItem;

/** A tool of `/responses`: a function, a custom tool, or one that the server runs. */
export type ResponseTool =
  | {
      readonly type: 'function';
      readonly name: string;
      readonly description?: string | null | undefined;
      /** A JSON schema. */
      readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
      readonly strict?: boolean | null | undefined;
      readonly [key: string]: unknown;
    }
  | {
      readonly type: 'custom';
      readonly name: string;
      readonly description?: string | undefined;
      readonly format?: unknown;
      readonly [key: string]: unknown;
    }
  | { readonly type: string & {}; readonly [key: string]: unknown };

/** The format of the text: plain, any JSON object, or JSON that matches a schema. */
export type ResponseTextFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly description?: string | undefined;
      readonly strict?: boolean | null | undefined;
    };

/** A request to `/responses`. Unknown fields are sent unchanged. The object is never modified. */
export interface ResponseRequest {
  /** The model's name, such as one from `models()`; optional where a stored prompt names it. */
  readonly model?: string | undefined;
  /** A text, or the conversation so far. */
  readonly input?: string | readonly ResponseInputItem[] | undefined;
  /** What the model is told before the input. */
  readonly instructions?: string | null | undefined;
  /** The response that this one follows; the server remembers what came before. */
  readonly previous_response_id?: string | null | undefined;
  readonly conversation?: string | { readonly id: string } | null | undefined;
  readonly tools?: readonly ResponseTool[] | undefined;
  readonly tool_choice?: 'none' | 'auto' | 'required' | Readonly<Record<string, unknown>> | undefined;
  readonly parallel_tool_calls?: boolean | null | undefined;
  readonly max_tool_calls?: number | null | undefined;
  /** Limits visible and reasoning tokens. */
  readonly max_output_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly top_logprobs?: number | null | undefined;
  readonly text?:
    | {
        readonly format?: ResponseTextFormat | undefined;
        readonly verbosity?: 'low' | 'medium' | 'high' | null | undefined;
        readonly [key: string]: unknown;
      }
    | undefined;
  readonly reasoning?:
    | {
        readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | (string & {}) | null | undefined;
        readonly summary?: 'auto' | 'concise' | 'detailed' | null | undefined;
        readonly [key: string]: unknown;
      }
    | null
    | undefined;
  /** What to add to the answer, such as `reasoning.encrypted_content`. */
  readonly include?: readonly string[] | null | undefined;
  /** Whether the server keeps the response. Its default is true. */
  readonly store?: boolean | null | undefined;
  /** Whether the work goes on when the connection breaks; the stream resumes by itself then. */
  readonly background?: boolean | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  readonly stream_options?: { readonly include_obfuscation?: boolean | undefined } | null | undefined;
  /** Always true, and optional. */
  readonly stream?: true | undefined;
  readonly [key: string]: unknown;
}
