import type { Observable } from 'rxjs';
import type { AnswerValue } from '../formats/answer-formats.js';
import type { RequestOptions } from '../client/client-config.js';
import type { Client } from '../client/create-client.js';
import type { UserContent } from '../schemas/chat-message.js';
import type { Message, ToolCall } from '../schemas/message.js';
import type { ChatView } from './chat-view.js';
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
  readonly method: 'chat' | 'responses';
  /** @throws TypeError for the fields of every request if they are invalid, or set by the conversation. */
  checkRequest(request: Readonly<Record<string, unknown>>, system: string | undefined): void;
  /** Converts earlier turns to the history that a request has by default. */
  historyOf(turns: readonly Turn[], request: Partial<Request>): readonly Item[];
  /** Adds a question to the fields of a request. */
  toRequest(request: Request, question: Question<Item>): Sent;
  /** Requests a reply. */
  ask(client: Client, request: Sent, options: RequestOptions): Observable<AnswerValue>;
}

/** Returns the text of a reply as far as it was shown, for the history; `undefined` if nothing was. */
export function shownText({ content, refusal }: Message): string | undefined {
  // Anthropic and Kimi refuse a message of white space, and with it every later request of the conversation.
  return [content, refusal].find((text) => text.trim() !== '');
}

/** An answer of the model in a reply, with what has to follow it in the history. */
export interface Answer {
  /** Its `toolCalls` are those that were answered. */
  readonly message: Message;
  readonly results: readonly { readonly call: ToolCall; readonly content: string }[];
}

/**
 * Returns the answers of the model in a reply. Servers refuse a call without its result in the history, so an answer has no
 * others; and none at all if its calls were broken off, since the model would take what is there for the whole.
 */
export function answersIn({ message, run }: ChatView): readonly Answer[] {
  const turns = run?.turns ?? [{ message, calls: [] }];
  return turns.map(({ message: said, calls }, place) => {
    const results = calls.flatMap(({ call, content }) => (content === undefined ? [] : { call, content }));
    const isWhole = place < turns.length - 1 || run?.status === 'done' || results.length === calls.length;
    const told = isWhole ? results : [];
    return { message: { ...said, toolCalls: told.map(({ call }) => call) }, results: told };
  });
}
