import { isRemembered, withReasoning } from '../responses/server-state.js';
import { toInputItems, waitsForResult } from '../responses/to-input-items.js';
import type { UserContent, UserPart } from '../schemas/chat-message.js';
import type { ResponseInputItem, ResponseInputPart, ResponseRequest } from '../schemas/response-request.js';
import { responsesRun } from '../tools/responses-run.js';
import { check } from '../util/check.js';
import type { ResponsesConversationRequest } from './conversation.js';
import { type Answer, answersIn, type ConversationApi, shownText } from './conversation-api.js';

/** A conversation over `/responses`. */
export const responsesConversation: ConversationApi<ResponsesConversationRequest, ResponseInputItem, ResponseRequest> =
  {
    method: 'responses',
    checkRequest: ({ model, input, instructions }, system) => {
      const isModel = model === undefined || (typeof model === 'string' && model !== '');
      check(isModel, 'request.model', 'the name of a model, or left out', model);
      if (input !== undefined) {
        throw new TypeError('request must not have input: the conversation adds it');
      }
      if (system !== undefined && typeof instructions === 'string') {
        throw new TypeError('request must not have instructions beside system, which is sent as instructions');
      }
    },
    historyOf: (turns, { store }) =>
      turns.flatMap(({ prompt, reply }) => [
        toItem(prompt),
        ...answersIn(reply).flatMap((answer) => itemsOf(answer, store !== false)),
      ]),
    toRequest: (request, { system, history, prompt }) => ({
      ...withReasoning(request),
      ...(system !== undefined && { instructions: request.instructions ?? system }),
      input: [...(isRemembered(request) ? [] : history()), toItem(prompt)],
    }),
    ask: (client, request, options) => client.responses(request, options),
  };

/** Returns an answer as history: its items, or its text and calls if it did not complete or waits for another result. */
function itemsOf({ message, results }: Answer, store: boolean): readonly ResponseInputItem[] {
  const { output = [] } = message;
  const outputs = results.map(({ call, content }) => responsesRun.answerTo(call, content));
  const answered = results.map(({ call }) => call.id);
  const sent = { ...message, content: shownText(message) ?? '', refusal: '' };
  return [...toInputItems({ ...sent, output: waitsForResult(output, answered) ? [] : output }, { store }), ...outputs];
}

function toItem(prompt: UserContent): ResponseInputItem {
  return { role: 'user', content: typeof prompt === 'string' ? prompt : prompt.map(toPart) };
}

function toPart(part: UserPart): ResponseInputPart {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image_url': {
      const { url, ...rest } = part.image_url;
      return { type: 'input_image', image_url: url, ...rest };
    }
    case 'file':
      return { type: 'input_file', ...part.file };
    default:
      // Audio is not documented for this API, and whether a server takes it is for the server to say.
      return part as object as ResponseInputPart;
  }
}
