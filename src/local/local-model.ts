import type { Observable } from 'rxjs';
import type { ChatDelta } from '../schemas/chat-completion-chunk.js';
import type { LocalMessage } from './answers/local-message.js';

/** What a model is asked: the checked parts of a request body, and the body itself. */
export interface LocalModelRequest {
  /** Which endpoint was called: chat, or the legacy completions. */
  readonly operation: 'chat' | 'completions';
  /** The name the caller asked for. */
  readonly model: string;
  /** The conversation; for a legacy completion its prompt as one user message. */
  readonly messages: readonly LocalMessage[];
  /** The text of the last user message, or the legacy prompt; empty when there is none. */
  readonly prompt: string;
  /** The whole body as sent, for fields that only your model knows. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * What a piece of an answer adds to it when it is more than text: `tool_calls`, `reasoning_content`, `refusal` or any
 * other field of a chat delta.
 *
 * Tool calls may come whole: the server numbers them, gives an id to one that has none, and streams it as OpenAI does,
 * first with its name and empty arguments, then the arguments piece by piece. An answer that ends after a tool call has
 * the finish reason `tool_calls`.
 */
export type LocalDelta = ChatDelta;

/**
 * Answers a request with pieces of text, or with deltas. Each emission becomes one chunk, and counts as one token; the
 * server adds the pace, so a model may emit everything at once. Unsubscribing means that the caller went away: stop. A
 * request for `n` choices subscribes `n` times. The legacy endpoint sends only the text of deltas.
 *
 * A model that throws or errors before its first piece gives a 500, after it an error frame inside the stream; the
 * error's message is shown to the caller. An error with a `status` from 400 to 599 gives that status instead, with its
 * `message`, `type`, `code` and `param`, and those of its `headers` that say when to come again:
 *
 * ```ts
 * const busy: LocalModel = () => throwError(() => ({ status: 429, message: 'Slow down', headers: { 'retry-after': '2' } }));
 * ```
 */
export type LocalModel = (request: LocalModelRequest) => Observable<string | LocalDelta>;
