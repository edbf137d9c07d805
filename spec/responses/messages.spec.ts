import { from, type OperatorFunction, pipe, takeLast } from 'rxjs';
import { type AnswerValue, holdsAnswer, holdsText } from '../../src/formats/answer-formats.js';
import { accumulateMessage, toMessage } from '../../src/operators/accumulate-message.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { toInputItems } from '../../src/responses/to-input-items.js';
import type { Message } from '../../src/schemas/message.js';
import type { ResponseEvent } from '../../src/schemas/response-event.js';
import {
  callItem,
  created,
  itemEvent,
  messageItem,
  numbered,
  reasoningItem,
  state,
  streams,
  textDelta,
} from '../support/response-events.js';
import { fold, readEvents } from '../support/read-response.js';

const empty = state('completed');

function whole(type: string, fields: object): object {
  return { type: `response.${type}`, output_index: 0, content_index: 0, ...fields };
}

function summary(delta: string, output_index: number, summary_index = 0): object {
  return { type: 'response.reasoning_summary_text.delta', output_index, summary_index, delta };
}

function thought(delta: string, output_index: number, content_index = 0): object {
  return { type: 'response.reasoning_text.delta', output_index, content_index, delta };
}

/** What an operator emits for events; throws its error. */
function emitted<T>(events: readonly object[], operator: OperatorFunction<AnswerValue, T>): readonly T[] {
  const seen: T[] = [];
  let failure: unknown;
  from(events as readonly ResponseEvent[])
    .pipe(operator)
    .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => (failure = error) });
  if (failure !== undefined) {
    throw failure as Error;
  }
  return seen;
}

/** The snapshots after each event. */
function snapshotsOf(...events: readonly object[]): readonly Message[] {
  return emitted(events, accumulateMessage());
}

describe('the text of a response', () => {
  it.each<[string, readonly object[], string]>([
    ['its deltas in the order of their arrival', [textDelta('b', 1), textDelta('a', 0), textDelta('c', 1)], 'bac'],
    [
      'that of the first event that holds a part whole',
      [
        whole('output_text.done', { text: 'Hi' }),
        whole('content_part.done', { part: { type: 'output_text', text: 'Hi' } }),
      ],
      'Hi',
    ],
    ['that of a part that is done', [whole('content_part.done', { part: { type: 'output_text', text: 'Hi' } })], 'Hi'],
    ['that of an item that is done', [itemEvent('done', messageItem('Hi', ' there'))], 'Hi there'],
    [
      'that of the whole response',
      [state('completed', { output: [messageItem('Hi'), messageItem(' there')] })],
      'Hi there',
    ],
    ['its deltas, not once more what holds them', [textDelta('Hi'), itemEvent('done', messageItem('Hi', '!'))], 'Hi!'],
    ['without the text of an empty event', [whole('output_text.done', {}), itemEvent('done', messageItem('Hi'))], 'Hi'],
    ['once more where the response begins once more', [textDelta('Hi'), created, textDelta('Hi')], 'HiHi'],
  ])('is %s', (_, events, text) => {
    expect(readEvents(created, ...events, empty).text).toBe(text);
  });

  it('is deltas alone in a stream that begins in the middle', () => {
    const tail = numbered(...streams.text).slice(3);

    expect(fold(tail as unknown as readonly ResponseEvent[], true)).toMatchObject({
      text: ' need light.',
      message: { content: 'Apple trees need light.' },
    });
  });

  it('is nothing for another choice', () => {
    const message = { content: '', toolCalls: [], id: undefined };

    expect(emitted(streams.reasoningAndCalls, textDeltas(1))).toEqual([]);
    expect(emitted(streams.reasoningAndCalls, toMessage(1))).toEqual([expect.objectContaining(message)]);
  });
});

describe('the reasoning of a response', () => {
  it.each<[string, readonly object[], string]>([
    ['its summary', [summary('a', 0), summary('b', 0)], 'ab'],
    ['its text', [thought('a', 0), thought('b', 0)], 'ab'],
    [
      'the form that comes first for an item',
      [thought('a', 0), summary('b', 0), summary('c', 1), thought('d', 1)],
      'a\n\nc',
    ],
    ['parts with an empty line between', [summary('a', 0), summary('b', 0, 1)], 'a\n\nb'],
    ['items with an empty line between', [summary('a', 0), textDelta('text', 1), summary('b', 2)], 'a\n\nb'],
    ['that of an item that came whole', [itemEvent('done', reasoningItem('a', 'b'))], 'a\n\nb'],
  ])('is %s', (_, events, reasoning) => {
    const read = readEvents(created, ...events, empty);

    expect(read.reasoning).toBe(reasoning);
    expect(read.message.reasoning).toBe(reasoning);
  });

  it('is that of the whole response in the finished message', () => {
    const item = { ...reasoningItem('A', 'B'), content: [{ type: 'reasoning_text', text: 'C' }] };
    const other = { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'D' }] };

    expect(readEvents(created, summary('a', 0), state('completed', { output: [item, other] })).message.reasoning).toBe(
      'A\n\nB\n\nD',
    );
  });
});

describe('a text that comes whole at another place than its deltas', () => {
  const thoughts = {
    type: 'reasoning',
    id: 'rs-1',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'Trees.' }],
  };
  const output = [thoughts, messageItem('Hello')];

  function streamOf(places: {
    readonly reasoning: number;
    readonly text: number;
    readonly part: number;
    readonly ahead?: number;
  }): readonly object[] {
    const { reasoning, text, part, ahead = 0 } = places;
    return [
      thought('Tre', reasoning, part),
      thought('es.', reasoning, part),
      whole('reasoning_text.done', { output_index: reasoning + ahead, content_index: part, text: 'Trees.' }),
      itemEvent('done', thoughts, reasoning + ahead),
      textDelta('Hel', text, part),
      textDelta('lo', text, part),
      whole('output_text.done', { output_index: text + ahead, content_index: part, text: 'Hello' }),
      whole('content_part.done', {
        output_index: text + ahead,
        content_index: part,
        part: { type: 'output_text', text: 'Hello' },
      }),
      itemEvent('done', messageItem('Hello'), text + ahead),
    ];
  }

  it.each([
    ['where every item is numbered 0 until the end', { reasoning: 0, text: 0, part: 0 }],
    ['where parts are counted across items', { reasoning: 0, text: 1, part: 1 }],
    ['where deltas have the number of the item before', { reasoning: 7, text: 8, part: 4, ahead: 1 }],
  ])('is read once %s', (_, places) => {
    const events = streamOf(places);
    const read = readEvents(created, ...events, state('completed', { output }));
    const contents = snapshotsOf(created, ...events).map(({ content }) => content);

    expect(read).toMatchObject({ text: 'Hello', reasoning: 'Trees.', error: undefined });
    expect([...new Set(contents)]).toEqual(['', 'Hel', 'Hello']);
    expect(readEvents(created, ...events, empty).message).toMatchObject({ content: 'Hello', reasoning: 'Trees.' });
  });

  it('is added where no deltas came for it', () => {
    const events = [textDelta('Hello', 0), textDelta(' you', 2)];
    const all = [messageItem('Hello'), messageItem(' to'), messageItem(' you')];

    expect(readEvents(created, ...events, state('completed', { output: all })).text).toBe('Hello you to');
  });
});

describe('the message of a response', () => {
  it('joins texts by the places of item and part', () => {
    const { message } = readEvents(
      created,
      textDelta('c', 1),
      textDelta('a'),
      textDelta('b', 0, 1),
      textDelta('!', 1),
      empty,
    );

    expect(message.content).toBe('abc!');
  });

  it('keeps the refusal apart', () => {
    const read = readEvents(
      created,
      whole('refusal.delta', { delta: 'I ' }),
      whole('refusal.delta', { delta: 'will not' }),
      empty,
    );

    expect(read).toMatchObject({ refusal: 'I will not', message: { refusal: 'I will not', content: '' } });
  });

  it('takes the output of the event that ends it above what came before', () => {
    const output = [messageItem('Hello!'), callItem('call-1', 'dig', '{"a":2}')];
    const { message } = readEvents(
      created,
      textDelta('Hel'),
      itemEvent('added', callItem('call-0', 'dug', '{"a":1}'), 1),
      itemEvent('added', callItem('call-2', 'more', '{}'), 2),
      state('completed', { id: 'resp-2', model: 'm-2', output }),
    );

    expect(message).toMatchObject({
      id: 'resp-2',
      model: 'm-2',
      content: 'Hello!',
      output,
      finishReason: 'tool_calls',
    });
    expect(message.toolCalls).toMatchObject([{ id: 'call-1', name: 'dig', arguments: '{"a":2}', complete: true }]);
  });

  it('has nothing of an earlier response, such as one that failed before it was requested again', () => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const failed = { id: 'resp-0', model: 'other', usage, output: [messageItem('Old')] };
    const events = [
      { type: 'response.created', response: { id: 'resp-0', model: 'other' } },
      state('failed', failed),
      { type: 'response.created', response: { id: 'resp-1', model: 'small' } },
    ];
    const ended = { type: 'response.completed', response: { id: 'resp-1', model: 'small' } };
    const [message] = emitted([...events, textDelta('New'), ended], toMessage());

    expect(snapshotsOf(...events).at(-1)).toMatchObject({ id: 'resp-1', model: 'small', content: '' });
    expect(snapshotsOf(...events).at(-1)).not.toHaveProperty('usage');
    expect(message).toMatchObject({ id: 'resp-1', content: 'New', output: [], finishReason: 'stop' });
  });

  it('is cut where the status of a completed response says so', () => {
    const cut = state('incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'completed');

    expect(readEvents(created, textDelta('Hel'), cut).message).toMatchObject({
      content: 'Hel',
      finishReason: 'length',
    });
  });

  const dug = [
    itemEvent('added', callItem('c', 'dig', '')),
    { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"depth":' },
    { type: 'response.function_call_arguments.done', output_index: 0, arguments: '{"depth":2}' },
  ];
  const call = { id: 'c', name: 'dig', arguments: '{"depth":2}', complete: true };

  it.each<[string, readonly object[], readonly object[]]>([
    ['has a message in its place', dug, [messageItem('')]],
    ['has it without arguments', dug, [callItem('c', 'dig', '')]],
    ['has nothing', [...dug, itemEvent('done', messageItem('Digging'), 1)], []],
  ])('has a call that came where the output at the end %s', (_, events, output) => {
    const { message } = readEvents(created, ...events, state('completed', { output }));

    expect(message).toMatchObject({ finishReason: 'tool_calls', toolCalls: [call] });
    expect(toInputItems(message)).toContainEqual({
      type: 'function_call',
      call_id: 'c',
      name: 'dig',
      arguments: '{"depth":2}',
    });
  });

  it('has each of the calls that come with one number', () => {
    const events = ['a', 'b', 'c'].flatMap((id) => [
      itemEvent('added', callItem(id, 'dig', '')),
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: `{"${id}":1}` },
      itemEvent('done', callItem(id, 'dig', `{"${id}":1}`)),
    ]);
    const calls = ['a', 'b', 'c'].map((id) => ({ id, name: 'dig', arguments: `{"${id}":1}`, complete: true }));
    const { message } = readEvents(created, ...events, empty);

    expect(message.toolCalls).toMatchObject(calls);
    expect(toInputItems(message)).toHaveLength(3);
    expect(snapshotsOf(created, ...events).at(-1)?.toolCalls).toMatchObject(
      calls.map((item) => ({ ...item, complete: false })),
    );
  });

  it.each<[string, readonly string[], string]>([
    ['what follows an empty object', ['{"depth"', ':2}'], '{"depth":2}'],
    ['an empty object', ['', '\n'], '{}\n'],
  ])('has as the arguments of a call %s', (_, deltas, args) => {
    const { message } = readEvents(
      created,
      itemEvent('added', callItem('c', 'dig', '{}')),
      ...deltas.map((delta) => ({ type: 'response.function_call_arguments.delta', output_index: 0, delta })),
      empty,
    );

    expect(message.toolCalls).toMatchObject([{ arguments: args, complete: true }]);
  });

  it('goes back with the items that are done where the output at the end has no call that came', () => {
    const done = [reasoningItem('Deep.'), callItem('c', 'dig', '{"depth":2}')];
    const events = done.map((item, place) => itemEvent('done', item, place));
    const { message } = readEvents(created, ...events, state('completed', { output: [messageItem('')] }));

    expect(message.toolCalls).toMatchObject([call]);
    expect(toInputItems(message)).toEqual(done);
  });

  it('takes the items that are done where that event has no output', () => {
    const items = [callItem('call-1', 'dig', '{}'), messageItem('Hello')];
    const { message } = readEvents(created, itemEvent('done', items[1]!, 1), itemEvent('done', items[0]!), empty);

    expect(message).toMatchObject({ content: 'Hello', output: items, finishReason: 'tool_calls' });
  });

  it.each([
    ['completed', {}, 'stop'],
    ['completed', { output: [callItem('c', 'dig', '{}')] }, 'tool_calls'],
    ['completed', { output: [{ type: 'custom_tool_call', call_id: 'c', name: 'sing', input: '' }] }, 'tool_calls'],
    [
      'completed',
      {
        output: [
          { type: 'computer_call', call_id: 'c' },
          { type: 'mcp_approval_request', id: 'm' },
        ],
      },
      'stop',
    ],
    ['incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['incomplete', { incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
    ['incomplete', {}, 'incomplete'],
    ['failed', {}, undefined],
  ])('of a response that is %s with %j finishes with %s', (status, fields, finishReason) => {
    expect(readEvents(created, state(status, fields)).message.finishReason).toBe(finishReason);
  });

  it('has no complete call where the response is incomplete', () => {
    const { message } = readEvents(created, state('incomplete', { output: [callItem('c', 'dig', '{}')] }));

    expect(message.toolCalls).toMatchObject([{ id: 'c', complete: false }]);
  });

  it('has calls while they grow, in the order of the output', () => {
    const snapshots = snapshotsOf(...streams.reasoningAndCalls);

    expect(
      snapshots.map(({ toolCalls }) => toolCalls.map((call) => call.name + call.arguments).join()).slice(5),
    ).toEqual([
      'prune',
      'prune{"tree":',
      'prune{"tree":,sing',
      'prune{"tree":,singLa la',
      'prune{"tree":"apple"},singLa la',
      'prune{"tree":"apple"},singLa la',
      'prune{"tree":"apple"},singLa la',
      'prune{"tree":"apple"},singLa la',
    ]);
    expect(snapshots.at(-1)?.toolCalls).toMatchObject([
      { id: 'call-1', type: 'function', complete: true },
      { id: 'call-2', type: 'custom', complete: true },
    ]);
  });

  it('keeps calls that did not change as they are', () => {
    const snapshots = snapshotsOf(...streams.reasoningAndCalls);

    expect(snapshots[10]?.toolCalls).toBe(snapshots[9]?.toolCalls);
    expect(snapshots[9]?.toolCalls[1]).toBe(snapshots[8]?.toolCalls[1]);
  });

  it('refuses more calls than it may hold', () => {
    const calls = [itemEvent('added', callItem('a', 'dig', '')), itemEvent('added', callItem('b', 'dig', ''), 1)];

    expect(() => emitted(calls, accumulateMessage(0, { toolCalls: 1 }))).toThrow(
      expect.objectContaining({ name: 'LimitError', limit: 'toolCalls', maximum: 1 }) as Error,
    );
  });

  it('has output and items only when it is finished, or failed', () => {
    expect(snapshotsOf(...streams.text).map(({ output }) => output)).toEqual(streams.text.map(() => undefined));
    expect(readEvents(...streams.text.slice(0, -1)).message.output).toEqual([messageItem('Apple trees need light.')]);
  });

  it('has the log probabilities of its text', () => {
    const logprobs = [{ token: 'Hi', logprob: -0.5, top_logprobs: [] }];
    const item = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi', logprobs }] };
    const told = { ...textDelta('Hi'), logprobs };

    expect(readEvents(created, told, empty).message.logprobs).toEqual(logprobs);
    expect(readEvents(created, told, state('completed', { output: [item] })).message.logprobs).toEqual(logprobs);
    expect(readEvents(created, textDelta('Hi'), empty).message.logprobs).toBeUndefined();
  });

  it.each([
    ['one item', [0]],
    ['items that grow in turn', [1, 0]],
  ])('costs no more for a later delta than for an early one of %s', (_, outputs) => {
    const turn = outputs.map((output) => textDelta('word ', output));
    const events = Array<object[]>(200_000 / turn.length)
      .fill(turn)
      .flat();
    const [message] = emitted(events, pipe(accumulateMessage(), takeLast(1)));

    expect(message?.content).toHaveLength(1_000_000);
  });
});

describe('what an event tells about the answer', () => {
  it.each<[object, boolean, boolean]>([
    [created, false, false],
    [textDelta('a'), true, true],
    [textDelta(''), false, false],
    [thought('a', 0), true, true],
    [whole('refusal.delta', { delta: 'a' }), true, true],
    [itemEvent('done', messageItem('a')), true, true],
    [itemEvent('added', callItem('c', 'dig', '')), false, true],
    [{ type: 'response.function_call_arguments.delta', output_index: 0, delta: '{' }, false, true],
    [itemEvent('added', { type: 'web_search_call' }), false, false],
    [state('completed', { output: [callItem('c', 'dig', '')] }), false, true],
    [{ type: 'unknown' }, false, false],
  ])('is known for %j', (value, text, anything) => {
    expect([holdsText(value), holdsAnswer(value)]).toEqual([text, anything]);
  });
});
