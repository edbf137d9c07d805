import { type Observable, throwError } from 'rxjs';
import type { Client } from '../../src/client/create-client.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { ChatCompletionRequest } from '../../src/schemas/chat-completion-request.js';
import type { ConversationView } from '../../src/views/conversation.js';
import { chatChunk } from '../support/chunks.js';

/** A client that keeps what it was asked. */
export interface FakeChat extends Pick<Client, 'chat'> {
  readonly requests: readonly ChatCompletionRequest[];
}

/** A client whose replies are the given ones, in turn. */
export function fakeChat(...replies: readonly Observable<ChatCompletionChunk>[]): FakeChat {
  const requests: ChatCompletionRequest[] = [];
  return {
    requests,
    chat: (request) =>
      replies[requests.push(request) - 1] ?? throwError(() => new Error(`request ${requests.length} was not expected`)),
  };
}

/** Chunks of one letter each, by their letter. */
export const letters = Object.fromEntries(['x', 'y', 'z'].map((letter) => [letter, chatChunk({ content: letter })]));

/** A conversation in one line, such as `a:done=xy b:waiting`. */
export function summaryOf({ turns }: ConversationView): string {
  return turns
    .map(({ prompt, reply: { status, message } }) => {
      const content = message.content && `=${message.content}`;
      return `${JSON.stringify(prompt).replaceAll('"', '')}:${status}${content}`;
    })
    .join(' ');
}
