/** A piece of text in a message sent as a list of parts. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A piece of a user's message: text, a picture, sound or a file. */
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

/** What a user says: text, or parts. */
export type UserContent = string | readonly UserPart[];

/** A tool call in a conversation's history. `arguments` is JSON text, and unknown fields are sent back as received. */
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

/** Instructions that come before the conversation. */
export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: string | readonly TextPart[];
  readonly name?: string | undefined;
}

/** What the user said. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: UserContent;
  readonly name?: string | undefined;
}

/** What the model said earlier. Providers' own keys, such as reasoning, may stand beside ours. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content?:
    string | readonly (TextPart | { readonly type: 'refusal'; readonly refusal: string })[] | null | undefined;
  readonly refusal?: string | null | undefined;
  readonly name?: string | undefined;
  readonly tool_calls?: readonly ToolCallParam[] | undefined;
  readonly [key: string]: unknown;
}

/** What a tool answered. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly tool_call_id: string;
  readonly content: string | readonly TextPart[];
}

/** One message of a conversation, as the API takes it. */
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
