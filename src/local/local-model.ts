import type { Observable } from 'rxjs';
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
 * Answers a request with pieces of text. Each emission becomes one chunk, and counts as one token; the server adds
 * the pace, so a model may emit everything at once. Unsubscribing means that the caller went away: stop.
 *
 * A model that throws or errors before its first piece gives a 500, after it an error frame inside the stream; the
 * error's message is shown to the caller.
 */
export type LocalModel = (request: LocalModelRequest) => Observable<string>;
