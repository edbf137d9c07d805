/** Text in a message that is a list of parts. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A part of a user's message: text, an image, audio or a file. */
export type UserPart =
  | TextPart
  | {
      readonly type: 'image_url';
      readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' | (string & {}) };
    }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: string } }
  | {
      readonly type: 'file';
      readonly file: {
        readonly file_data?: string | undefined;
        readonly file_id?: string | undefined;
        readonly filename?: string | undefined;
      };
    };

/** The content of a user's message: text, or a list of parts. */
export type UserContent = string | readonly UserPart[];

/** A tool call in the history of a conversation. `arguments` is JSON text; unknown fields are sent back as received. */
export type ToolCallParam =
  | {
      readonly id: string;
      readonly type: 'function';
      readonly function: { readonly name: string; readonly arguments: string };
      readonly [key: string]: unknown;
    }
  | {
      readonly id: string;
      readonly type: 'custom';
      readonly custom: { readonly name: string; readonly input: string };
      readonly [key: string]: unknown;
    };

/** Instructions to the model. */
export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: string | readonly TextPart[];
  readonly name?: string | undefined;
}

/** A message of the user. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: UserContent;
  readonly name?: string | undefined;
}

/** An earlier answer of the model. May have provider-specific fields, such as reasoning. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content?:
    string | readonly (TextPart | { readonly type: 'refusal'; readonly refusal: string })[] | null | undefined;
  readonly refusal?: string | null | undefined;
  readonly name?: string | undefined;
  readonly tool_calls?: readonly ToolCallParam[] | undefined;
  readonly [key: string]: unknown;
}

/** The result of a tool call. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly tool_call_id: string;
  readonly content: string | readonly TextPart[];
}

/** One message of a conversation, as the API accepts it. */
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
