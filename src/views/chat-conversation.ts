import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import { check } from '../util/check.js';
import type { ConversationRequest } from './conversation.js';
import { type ConversationApi, shownText } from './conversation-api.js';

/** A conversation over `/chat/completions`. */
export const chatConversation: ConversationApi<ConversationRequest, ChatMessage, ChatCompletionRequest> = {
  method: 'chat',
  checkRequest: ({ model, messages }) => {
    check(typeof model === 'string' && model !== '', 'request.model', 'the name of a model', model);
    if (messages !== undefined) {
      throw new TypeError('request must not have messages: the conversation adds them');
    }
  },
  historyOf: (turns) =>
    turns.flatMap(({ prompt, reply: { message } }): readonly ChatMessage[] => {
      const content = shownText(message);
      return [
        { role: 'user', content: prompt },
        ...(content === undefined ? [] : [{ role: 'assistant', content } as const]),
      ];
    }),
  toRequest: (request, { system, history, prompt }) => ({
    ...request,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
      ...history(),
      { role: 'user', content: prompt },
    ],
  }),
  ask: (client, request) => client.chat(request),
};
