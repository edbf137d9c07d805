import { toMessageParam } from '../chunks/to-message-param.js';
import { checkChatRequest } from '../client/check-request.js';
import type { ChatCompletionRequest, Tool } from '../schemas/chat-completion-request.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import { fieldOf } from '../util/field-of.js';
import { type RunApi, withFreeChoice } from './run-api.js';
import type { RunnableTool } from './tool.js';

/** A run over `/chat/completions`. The first choice is read. */
export const chatRun: RunApi<ChatCompletionRequest, ChatMessage> = {
  method: 'chat',
  checkRequest: checkChatRequest,
  namesIn: ({ tools }) => (tools ?? []).flatMap(nameOf),
  begin: (request, tools) =>
    tools.length === 0 ? request : { ...request, tools: [...(request.tools ?? []), ...tools.map(toParam)] },
  ask: (client, request) => client.chat(request),
  answerTo: ({ id }, content) => ({ role: 'tool', tool_call_id: id, content }),
  isWaiting: () => false,
  historyAfter: ({ messages }, message, answers) => [...messages, toMessageParam(message), ...answers],
  follow: (request, _message, messages) => ({ ...withFreeChoice(request), messages }),
};

/** Tools that a server runs, as Groq and Z.ai do, have no name that a call could give. */
function nameOf(tool: Tool): readonly string[] {
  const name = fieldOf(tool, tool.type === 'custom' ? 'custom' : 'function', 'name');
  return typeof name === 'string' ? [name] : [];
}

function toParam({ name, description, parameters, strict }: RunnableTool): Tool {
  // Not every compatible server knows `strict`, and false is its default.
  return { type: 'function', function: { name, description, parameters, ...(strict && { strict }) } };
}
