import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import OpenAI from 'openai';
import * as fc from 'fast-check';
import { createClient, type ResponseEvent } from '../../src/index.js';
import {
  type DescribedOutput,
  fakeTransport,
  responseArgumentsDelta,
  responseCreated,
  responseEnd,
  responseEvents,
  type ResponseEventsConfig,
  responseItemAdded,
  responseReasoningDelta,
  responseRefusalDelta,
  responseTextDelta,
} from '../../src/testing/index.js';
import { observe } from '../support/observe.js';

const request = { model: 'small', input: 'Hi' };
const everyItem: DescribedOutput = [
  { summary: ['Look ', 'it up'], encrypted_content: 'gAAA' },
  { reasoning: 'Hm, well' },
  'Hello there',
  { text: ['Hel', 'lo'] },
  { refusal: ['I ', 'cannot'] },
  { name: 'search', arguments: ['{"q":', '1}'] },
  { name: 'run', input: 'ls -l', call_id: 'call_ls' },
  { type: 'web_search_call', id: 'ws_7', status: 'completed' },
];

/** Returns the types of events, repeated ones once. */
function typesOf(events: readonly ResponseEvent[]): readonly string[] {
  const types = events.map(({ type }) => type.replace('response.', ''));
  return types.filter((type, place) => type !== types[place - 1]);
}

function deltasIn(events: readonly ResponseEvent[]): readonly unknown[] {
  return events.flatMap((event) => ('delta' in event ? [event.delta] : []));
}

/** Returns the responses of the events that tell the whole state. */
function statesIn(events: readonly ResponseEvent[]): readonly unknown[] {
  return events.flatMap((event) => ('response' in event ? [event.response] : []));
}

/** Reads events through a real client. */
function readBack(events: readonly ResponseEvent[]): readonly ResponseEvent[] {
  const client = createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport({ body: events }) });
  return observe(client.responses(request)).values;
}

describe('responseEvents', () => {
  it.each<[string, DescribedOutput, ResponseEventsConfig]>([
    ['a text', 'Hello there', {}],
    ['every kind of item', everyItem, { usage: { input_tokens: 9 } }],
    ['a background response', 'Hi', { background: true }],
    ['an incomplete response', everyItem, { incomplete: 'max_output_tokens' }],
    ['a failed response', everyItem, { failure: { code: 'server_error', message: 'Oops' } }],
    ['events without numbers', 'Hi', { numbered: false }],
    ['no output', [], {}],
  ])('builds %s that passes through a client unchanged', (_title, output, config) => {
    const events = responseEvents(output, config);

    expect(readBack(events)).toEqual(events);
  });

  it('builds a text word by word, in the order of a server', () => {
    const events = responseEvents('Hello there');

    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ]);
    expect(deltasIn(events)).toEqual(['Hello', ' there']);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
  });

  it.each<[string, DescribedOutput, readonly string[], unknown]>([
    [
      'a refusal',
      { refusal: ['I ', 'cannot'] },
      ['content_part.added', 'refusal.delta', 'refusal.done', 'content_part.done'],
      {
        ...{ type: 'message', id: 'msg_0', role: 'assistant', status: 'completed' },
        content: [{ type: 'refusal', refusal: 'I cannot' }],
      },
    ],
    [
      'a summary of reasoning',
      { summary: ['I ', 'see'], encrypted_content: 'gAAA' },
      [
        'reasoning_summary_part.added',
        'reasoning_summary_text.delta',
        'reasoning_summary_text.done',
        'reasoning_summary_part.done',
      ],
      {
        ...{ type: 'reasoning', id: 'rs_0', encrypted_content: 'gAAA' },
        summary: [{ type: 'summary_text', text: 'I see' }],
      },
    ],
    [
      'reasoning text',
      { reasoning: ['I ', 'see'] },
      ['content_part.added', 'reasoning_text.delta', 'reasoning_text.done', 'content_part.done'],
      { type: 'reasoning', id: 'rs_0', summary: [], content: [{ type: 'reasoning_text', text: 'I see' }] },
    ],
    [
      'a call of a function',
      { name: 'search', arguments: ['{"q":', '1}'] },
      ['function_call_arguments.delta', 'function_call_arguments.done'],
      {
        ...{ type: 'function_call', id: 'fc_0', status: 'completed' },
        ...{ name: 'search', call_id: 'call_0', arguments: '{"q":1}' },
      },
    ],
    [
      'a call of a custom tool',
      { name: 'run', input: ['ls', ' -l'], call_id: 'call_ls' },
      ['custom_tool_call_input.delta', 'custom_tool_call_input.done'],
      {
        ...{ type: 'custom_tool_call', id: 'ctc_0', status: 'completed' },
        ...{ name: 'run', call_id: 'call_ls', input: 'ls -l' },
      },
    ],
    ['an item as it is', { type: 'compaction', id: 'c_1' }, [], { type: 'compaction', id: 'c_1' }],
  ])('builds %s', (_title, output, types, item) => {
    const events = responseEvents(output);

    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      ...types,
      'output_item.done',
      'completed',
    ]);
    expect(statesIn(events).at(-1)).toMatchObject({ output: [item] });
    expect(events.find(({ type }) => type === 'response.output_item.done')).toMatchObject({ item });
  });

  it('numbers items and their ids by their place in the output', () => {
    const places = responseEvents(everyItem).flatMap((event) => ('output_index' in event ? [event.output_index] : []));
    const ids = responseEvents(everyItem).flatMap((event) => ('item_id' in event ? [event.item_id] : []));

    expect([...new Set(places)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...new Set(ids)]).toEqual(['rs_0', 'rs_1', 'msg_2', 'msg_3', 'msg_4', 'fc_5', 'ctc_6']);
  });

  it('tells the state of the response', () => {
    const usage = { input_tokens: 9, output_tokens: 2, input_tokens_details: { cached_tokens: 4 } };
    const states = statesIn(responseEvents('Hi', { id: 'resp_1', model: 'small', usage }));

    expect(states).toMatchObject([
      { id: 'resp_1', model: 'small', status: 'in_progress', background: false, output: [], usage: null },
      { id: 'resp_1', model: 'small', status: 'in_progress' },
      { id: 'resp_1', status: 'completed', usage: { ...usage, total_tokens: 11 }, error: null },
    ]);
  });

  it('queues a background response', () => {
    const events = responseEvents('Hi', { background: true });

    expect(typesOf(events).slice(0, 3)).toEqual(['created', 'queued', 'in_progress']);
    expect(statesIn(events)).toMatchObject([
      { status: 'queued', background: true },
      { status: 'queued', background: true },
      { status: 'in_progress', background: true },
      { status: 'completed', background: true },
    ]);
  });

  it('leaves the last item of an incomplete response incomplete', () => {
    const events = responseEvents(['Hello', 'the'], { incomplete: 'max_output_tokens' });

    expect(statesIn(events).at(-1)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'completed' }, { status: 'incomplete', content: [{ text: 'the' }] }],
    });
  });

  it('breaks the last item of a failed response off', () => {
    const events = responseEvents(['Hello', 'the'], { failure: { code: 'server_error', message: 'Oops' } });

    expect(typesOf(events).slice(-5)).toEqual([
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'failed',
    ]);
    expect(statesIn(events).at(-1)).toMatchObject({
      status: 'failed',
      error: { code: 'server_error', message: 'Oops' },
      output: [],
    });
  });

  it('builds events without numbers', () => {
    expect(responseEvents('Hi', { numbered: false }).filter((event) => 'sequence_number' in event)).toEqual([]);
  });

  it('keeps every character of a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '\n', '\t') }), (text) => {
        expect(deltasIn(responseEvents(text)).join('')).toBe(text);
      }),
    );
  });

  it('builds events that the openai package can read', async () => {
    const events = responseEvents([{ summary: 'Hm' }, 'Hello there', { name: 'search', arguments: ['{"q":', '1}'] }], {
      usage: { input_tokens: 9 },
    });
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    const openai = new OpenAI({
      apiKey: 'none',
      fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    });
    const stream = openai.responses.stream({ model: 'small', input: 'Hi' });

    expect(await stream.finalResponse()).toMatchObject({
      id: 'resp_test',
      output_text: 'Hello there',
      output: [{ type: 'reasoning' }, { type: 'message' }, { type: 'function_call', arguments: '{"q":1}' }],
      usage: { input_tokens: 9, output_tokens: 0, total_tokens: 9 },
    });
  });

  it.each<[string, DescribedOutput, ResponseEventsConfig]>([
    [
      'openai-responses-background-create.sse',
      { text: ['2', ' +', ' ', '2', ' equals', ' ', '4', '.'] },
      { background: true },
    ],
    [
      'openai-responses-text-and-tool.sse',
      { name: 'get_capital', arguments: ['{"', 'country', '":"', 'France', '"}'] },
      {},
    ],
  ])('builds the events of %s', (name, output, config) => {
    const built = responseEvents(output, config);

    expect(shapesOf(readRecording(name) ?? built)).toEqual(shapesOf(built));
  });
});

/** Reads the events of the first response of a recording, if there is one here. */
function readRecording(name: string): readonly ResponseEvent[] | undefined {
  const file = resolve(process.cwd(), '../shared/recordings', name);
  if (!existsSync(file)) {
    return undefined;
  }
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as ResponseEvent);
  return events.slice(0, events.findIndex(({ type }) => type === 'response.completed') + 1);
}

/** Returns the types, fields and deltas of events. Old recordings have no numbers. */
function shapesOf(events: readonly ResponseEvent[]): readonly unknown[] {
  return events.map(({ sequence_number: _number, ...event }) => [
    event.type,
    new Set(Object.keys(event)),
    'delta' in event ? event.delta : undefined,
  ]);
}

describe('the builders of single response events', () => {
  it('build the events of responseEvents()', () => {
    const text = responseEvents('Hello', { background: true, id: 'resp_1' });
    const call = responseEvents(['', { name: 'search', arguments: ['{}'] }]);
    const end = { background: true, id: 'resp_1' };

    expect(text).toMatchObject([
      responseCreated(end),
      {},
      {},
      responseItemAdded({ text: '' }),
      {},
      responseTextDelta('Hello'),
      {},
      {},
      {},
      responseEnd('Hello', end),
    ]);
    expect(call).toContainEqual(responseItemAdded({ name: 'search', arguments: '' }, { output: 1, number: 7 }));
    expect(call).toContainEqual(responseArgumentsDelta('{}', { output: 1, number: 8 }));
    expect(responseEvents({ refusal: 'No' })).toContainEqual(responseRefusalDelta('No', { number: 4 }));
    expect(responseEvents({ summary: 'Hm' })).toContainEqual(responseReasoningDelta('Hm', { number: 4 }));
  });

  it('put an event at its place', () => {
    expect(responseTextDelta('a', { output: 2, part: 1, number: 7 })).toMatchObject({
      ...{ item_id: 'msg_2', output_index: 2, content_index: 1, sequence_number: 7 },
    });
    expect(responseReasoningDelta('a', { part: 1 })).toMatchObject({ output_index: 0, summary_index: 1 });
  });

  it('end a response', () => {
    expect(responseEnd()).toMatchObject({ type: 'response.completed', response: { output: [] } });
    expect(responseEnd('Hel', { incomplete: 'content_filter' })).toMatchObject({ type: 'response.incomplete' });
    expect(responseEnd([], { failure: { code: 'server_error' } })).toMatchObject({ type: 'response.failed' });
  });
});

describe('the arguments of response event builders', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['an output that is a number', () => responseEvents(5 as never), 'output must be a text, or an item such as'],
    ['an item without a text', () => responseEvents([{}] as never), 'output[0] must be a text, or an item such as'],
    [
      'a text that is a number',
      () => responseEvents(['a', { text: 5 as never }]),
      'output[1].text must be a string or a list of strings, not 5',
    ],
    [
      'a piece that is null',
      () => responseEvents({ refusal: ['a', null as never] }),
      'output.refusal must be a string or a list of strings',
    ],
    [
      'a call without a name',
      () => responseEvents([{ arguments: '{}' }] as never),
      'output[0].name must be a string, not undefined',
    ],
    [
      'a call id that is a number',
      () => responseEvents({ name: 'a', input: '', call_id: 1 as never }),
      'output.call_id must be a string, not 1',
    ],
    [
      'an unknown field of an item',
      () => responseEvents({ text: 'a', id: 'x' }),
      'Unknown field "id" in output; known: text',
    ],
    ['an id that is a number', () => responseEvents('', { id: 1 as never }), 'id must be a string, not 1'],
    ['a model that is null', () => responseCreated({ model: null as never }), 'model must be a string, not null'],
    [
      'a background that is a number',
      () => responseEvents('', { background: 1 as never }),
      'background must be true or false, not 1',
    ],
    ['numbered as text', () => responseEvents('', { numbered: 'no' as never }), 'numbered must be true or false'],
    ['usage that is a number', () => responseEnd('', { usage: 3 as never }), 'usage must be an object, not 3'],
    [
      'a negative count',
      () => responseEvents('', { usage: { output_tokens: -1 } }),
      'usage.output_tokens must be a whole number, 0 or more, not -1',
    ],
    [
      'a reason that is true',
      () => responseEvents('', { incomplete: true as never }),
      'incomplete must be a string, not true',
    ],
    [
      'a failure that is a string',
      () => responseEvents('', { failure: 'Oops' as never }),
      'failure must be an object such as { code, message }, not a string',
    ],
    [
      'a failure of an incomplete response',
      () => responseEnd('', { failure: {}, incomplete: 'max_output_tokens' }),
      'failure must be left out if incomplete is set',
    ],
    ['an unknown option', () => responseEvents('', { choice: 1 } as never), 'Unknown field "choice" in'],
    [
      'a configuration that is null',
      () => responseEvents('', null as never),
      'The configuration of responseEvents must be an object, not null',
    ],
    ['a delta that is a number', () => responseTextDelta(5 as never), 'delta must be a string, not 5'],
    [
      'a negative place',
      () => responseReasoningDelta('', { output: -1 }),
      'output must be a whole number, 0 or more, not -1',
    ],
    ['a fractional part', () => responseRefusalDelta('', { part: 0.5 }), 'part must be a whole number, 0 or more'],
    [
      'a number that is text',
      () => responseArgumentsDelta('', { number: '1' as never }),
      'number must be a whole number, 0 or more',
    ],
    ['an item that is null', () => responseItemAdded(null as never), 'item must be a text, or an item such as'],
  ])('refuse %s', (_, build, message) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });
});
