import { toMessageParam } from '../chunks/to-message-param.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import { chatRun } from '../tools/chat-run.js';
import { check } from '../util/check.js';
import type { ConversationRequest } from './conversation.js';
import { type Answer, answersIn, type ConversationApi, shownText } from './conversation-api.js';

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
    turns.flatMap(({ prompt, reply }): readonly ChatMessage[] => [
      { role: 'user', content: prompt },
      ...answersIn(reply).flatMap(messagesOf),
    ]),
  toRequest: (request, { system, history, prompt }) => ({
    ...request,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
      ...history(),
      { role: 'user', content: prompt },
    ],
  }),
  ask: (client, request, options) => client.chat(request, options),
};

function messagesOf({ message, results }: Answer): readonly ChatMessage[] {
  if (results.length > 0) {
    return [toMessageParam(message), ...results.map(({ call, content }) => chatRun.answerTo(call, content))];
  }
  const content = shownText(message);
  return content === undefined ? [] : [{ role: 'assistant', content }];
}
