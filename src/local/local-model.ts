import type { Observable } from 'rxjs';
import type { ChatDelta, ContentPart } from '../schemas/chat-completion-chunk.js';

/**
 * Answers a request with pieces of text or with deltas. Each emission is sent as one chunk and counts as one token. The
 * server adds the pace, so a model may emit everything at once. A model is unsubscribed when its caller disconnects, unless
 * it answers in the background. A request for `n` choices subscribes `n` times. Of deltas the legacy endpoint sends only the
 * text; `/responses` sends text, reasoning, refusals and calls.
 *
 * If a model throws or errors before its first piece, the server answers with a 500, otherwise with an error frame in the
 * stream; the caller sees the error's message. An error with a `status` from 400 to 599 is answered with that status and its
 * `message`, `type`, `code` and `param`, and with those of its `headers` that say when to retry:
 *
 * ```ts
 * const busy: LocalModel = () => throwError(() => ({ status: 429, message: 'Slow down', headers: { 'retry-after': '2' } }));
 * ```
 */
export type LocalModel = (request: LocalModelRequest) => Observable<string | LocalDelta>;

/** What a model is asked: the checked parts of a request body, and the body itself. */
export interface LocalModelRequest {
  /** The endpoint that was called: chat, legacy completions, or responses. */
  readonly operation: 'chat' | 'completions' | 'responses';
  /** The name of the model, as the caller sent it. */
  readonly model: string;
  /**
   * The conversation, in the form of chat whichever endpoint was called: for a legacy completion its prompt as one user
   * message, for a response its instructions, the conversation that the server stored, and the input.
   */
  readonly messages: readonly LocalMessage[];
  /** The text of the last user message, or the legacy prompt; empty if there is none. */
  readonly prompt: string;
  /**
   * The tools that the model may call, in one form whichever endpoint was called: the functions and custom tools that the
   * request offers, as far as its `tool_choice` allows them.
   */
  readonly tools: readonly LocalTool[];
  /** Whether `tool_choice` asks for a call: it is `required`, or names a tool. */
  readonly mustCall: boolean;
  /** The whole body as sent, for fields that only your model knows. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A tool that a request offers. */
export interface LocalTool {
  readonly type: 'function' | 'custom';
  readonly name: string;
  readonly description?: string;
  /** The JSON schema of a function's arguments. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** One message of a conversation. Its role and content are checked; other fields are as sent. */
export interface LocalMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  readonly content?: string | readonly ContentPart[] | null | undefined;
  readonly [key: string]: unknown;
}

/**
 * A piece of an answer that is more than text: `tool_calls`, `reasoning_content`, `refusal` or any other field of a chat
 * delta.
 *
 * A tool call may be emitted whole. The server adds an index, and an id if it has none, and streams it as OpenAI does:
 * first its name with empty arguments, then the arguments in pieces. An answer that ends after a tool call has the finish
 * reason `tool_calls`.
 *
 * A `finish_reason` ends the answer after the rest of its delta, in place of the reason that follows from the answer:
 * `length` cuts a call in the middle of its arguments, `content_filter` withholds the rest. On `/responses` these two make
 * the response `incomplete`.
 */
export interface LocalDelta extends ChatDelta {
  readonly finish_reason?: 'stop' | 'length' | 'tool_calls' | 'content_filter' | (string & {}) | null | undefined;
}

/** Returns the text of a message: its text parts joined by line feeds. */
export function messageText({ content = '' }: LocalMessage): string {
  if (content === null || typeof content === 'string') {
    return content ?? '';
  }
  return content
    .flatMap((part) => (part.type === 'text' && typeof part['text'] === 'string' ? [part['text']] : []))
    .join('\n');
}

/** Returns the text of the last user message, or an empty text. */
export function promptOf(messages: readonly LocalMessage[]): string {
  const question = messages.filter(({ role }) => role === 'user').at(-1);
  return question === undefined ? '' : messageText(question);
}
