import type { Observable } from 'rxjs';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { Client } from '../client/create-client.js';
import type { UserContent } from '../schemas/chat-message.js';
import type { Message } from '../schemas/message.js';
import type { Turn } from './conversation.js';

/** What a request asks, besides the fields that the caller configured. */
export interface Question<Item> {
  readonly system: string | undefined;
  /** Returns what was said before the prompt. */
  readonly history: () => readonly Item[];
  readonly prompt: UserContent;
}

/** How a conversation is held over one API of the client. A conversation knows nothing else about an API. */
export interface ConversationApi<Request, Item, Sent> {
  /** The method of the client that requests a reply. */
  readonly method: keyof Client;
  /** @throws TypeError for the fields of every request if they are invalid, or set by the conversation. */
  checkRequest(request: Readonly<Record<string, unknown>>, system: string | undefined): void;
  /** Converts earlier turns to the history that a request has by default. */
  historyOf(turns: readonly Turn[], request: Partial<Request>): readonly Item[];
  /** Adds a question to the fields of a request. */
  toRequest(request: Request, question: Question<Item>): Sent;
  /** Requests a reply. */
  ask(client: Client, request: Sent): Observable<AnswerValue>;
}

/** Returns the text of a reply as far as it was shown, for the history; `undefined` if nothing was. */
export function shownText({ content, refusal }: Message): string | undefined {
  // Anthropic and Kimi refuse a message of white space, and with it every later request of the conversation.
  return [content, refusal].find((text) => text.trim() !== '');
}
