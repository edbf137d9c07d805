/** An event as a server sends it. */
export type SentEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** Numbers events from 0. */
export function numbered(...events: readonly object[]): readonly SentEvent[] {
  return events.map((event, place) => ({ ...event, sequence_number: place }) as unknown as SentEvent);
}

/** Creates an event that tells the state of the response. */
export function state(status: string, fields: object = {}, name = status): SentEvent {
  return { type: `response.${name}`, response: { id: 'resp-1', model: 'm-1', status, output: [], ...fields } };
}

/** The events that begin a response. */
export const created = state('in_progress', {}, 'created');

/** Creates a piece of text. */
export function textDelta(delta: unknown, output_index = 0, content_index = 0): SentEvent {
  return { type: 'response.output_text.delta', item_id: 'msg-1', output_index, content_index, delta, logprobs: [] };
}

/** Creates a message of the model, with one part for each text. */
export function messageItem(...texts: readonly string[]): object {
  const content = texts.map((text) => ({ type: 'output_text', text, annotations: [], logprobs: [] }));
  return { type: 'message', id: 'msg-1', role: 'assistant', status: 'completed', content };
}

/** Creates a call of a function. */
export function callItem(call_id: string, name: string, args: string): object {
  return { type: 'function_call', id: `fc-${call_id}`, call_id, name, arguments: args, status: 'completed' };
}

/** Creates reasoning with a summary. */
export function reasoningItem(...summary: readonly string[]): object {
  return { type: 'reasoning', id: 'rs-1', summary: summary.map((text) => ({ type: 'summary_text', text })) };
}

/** Creates the event of an item that begins or is done. */
export function itemEvent(state: 'added' | 'done', item: object, output_index = 0): SentEvent {
  return { type: `response.output_item.${state}`, output_index, item };
}

const usage = { input_tokens: 7, output_tokens: 5, total_tokens: 12, output_tokens_details: { reasoning_tokens: 2 } };
const call = callItem('call-1', 'prune', '{"tree":"apple"}');
const custom = {
  type: 'custom_tool_call',
  id: 'ct-1',
  call_id: 'call-2',
  name: 'sing',
  input: 'La la',
  status: 'completed',
};

/** Whole streams, one for each kind of answer. */
export const streams = {
  text: numbered(
    created,
    itemEvent('added', { ...messageItem(), status: 'in_progress' }),
    textDelta('Apple trees'),
    textDelta(' need light.'),
    {
      type: 'response.output_text.done',
      item_id: 'msg-1',
      output_index: 0,
      content_index: 0,
      text: 'Apple trees need light.',
    },
    itemEvent('done', messageItem('Apple trees need light.')),
    state('completed', { output: [messageItem('Apple trees need light.')], usage }),
  ),
  reasoningAndCalls: numbered(
    created,
    itemEvent('added', reasoningItem()),
    {
      type: 'response.reasoning_summary_text.delta',
      item_id: 'rs-1',
      output_index: 0,
      summary_index: 0,
      delta: 'Old tree',
    },
    {
      type: 'response.reasoning_summary_text.delta',
      item_id: 'rs-1',
      output_index: 0,
      summary_index: 0,
      delta: 's need care.',
    },
    itemEvent('done', reasoningItem('Old trees need care.')),
    itemEvent('added', { ...call, arguments: '' }, 1),
    { type: 'response.function_call_arguments.delta', item_id: 'fc-1', output_index: 1, delta: '{"tree":' },
    itemEvent('added', { ...custom, input: '' }, 2),
    { type: 'response.custom_tool_call_input.delta', item_id: 'ct-1', output_index: 2, delta: 'La la' },
    { type: 'response.function_call_arguments.delta', item_id: 'fc-1', output_index: 1, delta: '"apple"}' },
    itemEvent('done', call, 1),
    itemEvent('done', custom, 2),
    state('completed', { output: [reasoningItem('Old trees need care.'), call, custom], usage }),
  ),
  incomplete: numbered(
    created,
    itemEvent('added', { ...messageItem(), status: 'in_progress' }),
    textDelta('Apple'),
    state('incomplete', { output: [messageItem('Apple')], usage, incomplete_details: { reason: 'max_output_tokens' } }),
  ),
} as const;
