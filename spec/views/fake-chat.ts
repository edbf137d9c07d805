import { type Observable, throwError } from 'rxjs';
import type { ChatCompletionChunk, ChatCompletionRequest, Client, ConversationView } from '../../src/index.js';
import { chatChunk } from '../support/chunks.js';

/** A client that records its requests. */
export interface FakeChat extends Pick<Client, 'chat'> {
  readonly requests: readonly ChatCompletionRequest[];
}

/** Creates a client with one reply per request, in order. */
export function fakeChat(...replies: readonly Observable<ChatCompletionChunk>[]): FakeChat {
  const requests: ChatCompletionRequest[] = [];
  return {
    requests,
    chat: (request) =>
      replies[requests.push(request) - 1] ?? throwError(() => new Error(`request ${requests.length} was not expected`)),
  };
}

/** Chunks with a letter as text, by letter. */
export const letters = Object.fromEntries(['x', 'y', 'z'].map((letter) => [letter, chatChunk({ content: letter })]));

/** Formats a conversation on one line, such as `a:done=xy b:waiting`. */
export function summaryOf({ turns }: ConversationView): string {
  return turns
    .map(({ prompt, reply: { status, message } }) => {
      const content = message.content && `=${message.content}`;
      return `${JSON.stringify(prompt).replaceAll('"', '')}:${status}${content}`;
    })
    .join(' ');
}
