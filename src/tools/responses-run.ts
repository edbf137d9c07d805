import { checkResponseRequest } from '../client/check-request.js';
import { isRemembered, withReasoning } from '../responses/server-state.js';
import { toInputItems, waitsForResult } from '../responses/to-input-items.js';
import type { Message } from '../schemas/message.js';
import type { ResponseOutputItem } from '../schemas/response-object.js';
import type { ResponseInputItem, ResponseRequest, ResponseTool } from '../schemas/response-request.js';
import { type RunApi, withFreeChoice } from './run-api.js';
import type { RunnableTool } from './tool.js';

/** A run over `/responses`. */
export const responsesRun: RunApi<ResponseRequest, ResponseInputItem> = {
  method: 'responses',
  checkRequest: checkResponseRequest,
  namesIn: ({ tools }) => namesIn(tools ?? []),
  begin: (request, tools) => ({
    ...withReasoning(request),
    ...(tools.length > 0 && { tools: [...(request.tools ?? []), ...tools.map(toParam)] }),
  }),
  ask: (client, request) => client.responses(request),
  answerTo: ({ type, id }, output) => ({
    type: type === 'custom' ? 'custom_tool_call_output' : 'function_call_output',
    call_id: id,
    output,
  }),
  isWaiting: ({ output = [], toolCalls }) =>
    waitsForResult(
      output,
      toolCalls.map(({ id }) => id),
    ),
  historyAfter: (request, message, answers) => {
    if (isRemembered(request)) {
      return answers;
    }
    const { input = [], store } = request;
    const earlier = typeof input === 'string' ? [{ role: 'user', content: input } as const] : input;
    return [...earlier, ...toInputItems(withoutCutCalls(message), { store: store !== false }), ...answers];
  },
  follow: (request, { id }, input) => ({
    ...withFreeChoice(request),
    input,
    ...((request.conversation ?? undefined) === undefined &&
      isRemembered(request) && { previous_response_id: id ?? request.previous_response_id }),
  }),
};

/** Tools that the server runs have no name that a call could give. */
function nameOf(tool: ResponseTool): readonly string[] {
  const { type, name } = tool as { readonly type: string; readonly name?: unknown };
  return (type === 'function' || type === 'custom') && typeof name === 'string' ? [name] : [];
}

/** Functions may have one name in several namespaces, and also outside. */
function namesIn(tools: readonly ResponseTool[]): readonly string[] {
  const names = tools.flatMap(nameOf);
  const inner = tools.flatMap((tool) => (tool.type === 'namespace' ? (tool.tools as readonly ResponseTool[]) : []));
  return [...names, ...new Set(inner.flatMap(nameOf).filter((name) => !names.includes(name)))];
}

function toParam({ name, description, parameters, strict }: RunnableTool): ResponseTool {
  // Always sent, since the default of this API is true.
  return { type: 'function', name, description, parameters, strict };
}

/** Servers refuse a call in the history whose answer does not follow. */
function withoutCutCalls(message: Message): Message {
  const { output = [], toolCalls } = message;
  const cut = new Set<unknown>(toolCalls.flatMap(({ id, complete }) => (complete ? [] : id)));
  const isCut = ({ type, call_id: id }: ResponseOutputItem): boolean =>
    /^(?:function|custom_tool)_call$/u.test(type) && cut.has(id);
  return cut.size === 0 ? message : { ...message, output: output.filter((item) => !isCut(item)) };
}
