import type { TokenLogprob } from './chat-completion-chunk.js';

/** Text of an answer, with its citations. */
export interface ResponseOutputText {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations?: readonly ResponseAnnotation[] | null | undefined;
  readonly logprobs?: readonly TokenLogprob[] | null | undefined;
  readonly [key: string]: unknown;
}

/** A refusal in place of text. */
export interface ResponseRefusal {
  readonly type: 'refusal';
  readonly refusal: string;
  readonly [key: string]: unknown;
}

/** Reasoning text, as open models send it. */
export interface ResponseReasoningText {
  readonly type: 'reasoning_text';
  readonly text: string;
  readonly [key: string]: unknown;
}

/** One part of a reasoning summary. */
export interface ResponseSummaryText {
  readonly type: 'summary_text';
  readonly text: string;
  readonly [key: string]: unknown;
}

/** A source that a text cites: `url_citation`, `file_citation` and others. */
export interface ResponseAnnotation {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A message of the model. */
export interface ResponseOutputMessage {
  readonly type: 'message';
  readonly id?: string | null | undefined;
  readonly role: 'assistant';
  readonly status?: string | null | undefined;
  readonly content: readonly (ResponseOutputText | ResponseRefusal)[];
  readonly [key: string]: unknown;
}

/** What the model thought: a summary, its text, or its encrypted form, which a later request can send back. */
export interface ResponseReasoningItem {
  readonly type: 'reasoning';
  readonly id?: string | null | undefined;
  readonly summary?: readonly ResponseSummaryText[] | null | undefined;
  readonly content?: readonly ResponseReasoningText[] | null | undefined;
  readonly encrypted_content?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** A call of a function. */
export interface ResponseFunctionCall {
  readonly type: 'function_call';
  readonly id?: string | null | undefined;
  /** The id that the answer to the call repeats. */
  readonly call_id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  readonly status?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** A call of a custom tool, whose input is free text. */
export interface ResponseCustomToolCall {
  readonly type: 'custom_tool_call';
  readonly id?: string | null | undefined;
  /** The id that the answer to the call repeats. */
  readonly call_id: string;
  readonly name: string;
  readonly input: string;
  readonly [key: string]: unknown;
}

/** An item of a tool that the server runs, or that a caller answers in another way than by a function's output. */
export interface ResponseHostedItem {
  readonly type:
    | 'web_search_call'
    | 'file_search_call'
    | 'code_interpreter_call'
    | 'image_generation_call'
    | 'computer_call'
    | 'mcp_call'
    | 'mcp_list_tools'
    | 'mcp_approval_request'
    | 'local_shell_call'
    | 'shell_call'
    | 'shell_call_output'
    | 'apply_patch_call'
    | 'apply_patch_call_output'
    | 'tool_search_call'
    | 'tool_search_output'
    | 'compaction';
  readonly id?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** One item of a response's output. Types that are not listed pass through at run time. */
export type ResponseOutputItem =
  ResponseOutputMessage | ResponseReasoningItem | ResponseFunctionCall | ResponseCustomToolCall | ResponseHostedItem;

/** Token counts of a response. Unknown fields are kept. */
export interface ResponseUsage {
  readonly input_tokens?: number | null | undefined;
  readonly input_tokens_details?: Readonly<Record<string, unknown>> | null | undefined;
  readonly output_tokens?: number | null | undefined;
  readonly output_tokens_details?: Readonly<Record<string, unknown>> | null | undefined;
  readonly total_tokens?: number | null | undefined;
  readonly [key: string]: unknown;
}

/** Why a response failed. */
export interface ResponseFailure {
  readonly code?: string | null | undefined;
  readonly message?: string | null | undefined;
  readonly [key: string]: unknown;
}

/** A response as the server has it at one moment. Unknown fields are kept. */
export interface ResponseObject {
  readonly id: string;
  readonly object?: string | null | undefined;
  /** Seconds since the epoch. */
  readonly created_at?: number | null | undefined;
  /** `queued`, `in_progress`, `completed`, `incomplete`, `failed`, `cancelled`, or another word of the server. */
  readonly status?: string | null | undefined;
  readonly error?: ResponseFailure | null | undefined;
  readonly incomplete_details?: { readonly reason?: string | null | undefined } | null | undefined;
  readonly model?: string | null | undefined;
  readonly output?: readonly ResponseOutputItem[] | null | undefined;
  readonly usage?: ResponseUsage | null | undefined;
  /** Whether the work goes on when nobody reads the stream. */
  readonly background?: boolean | null | undefined;
  readonly [key: string]: unknown;
}

/** The server's answer to `deleteResponse()`. */
export interface DeletedResponse {
  readonly id: string;
  readonly object?: string | null | undefined;
  readonly deleted: boolean;
  readonly [key: string]: unknown;
}
