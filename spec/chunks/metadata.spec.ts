import { from } from 'rxjs';
import type { Usage } from '../../src/schemas/message.js';
import { measure, type StreamTiming } from '../../src/operators/measure.js';
import { ofChoice } from '../../src/operators/of-choice.js';
import { reasoningDeltas } from '../../src/operators/reasoning-deltas.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { toUsage } from '../../src/operators/to-usage.js';
import { chatCompletionChunk } from '../support/chunk-schemas.js';
import { eventStream } from '../support/answers.js';
import { clientFor, readStream } from '../support/read-stream.js';

const odd = [false, true, 7, 0, '', 'odd', [], ['odd'], {}, { odd: 1 }, null];

/** A chunk with text, beside fields of the chunk, its choice and its delta. */
const chunkOf = (fields: object, choice: object = {}, delta: object = {}): object => ({
  ...fields,
  choices: [{ index: 0, delta: { content: 'Hello', ...delta }, ...choice }],
});
const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

function usageIn(sent: readonly unknown[]): Usage | undefined {
  let usage: Usage | undefined;
  const { chunks, error } = readStream([...sent, finish, '[DONE]']);

  expect(error).toBeUndefined();
  from(chunks)
    .pipe(toUsage())
    .subscribe((seen) => (usage = seen));
  return usage;
}

/** Reads a legacy stream. */
function readLegacy(...payloads: readonly unknown[]): { readonly text: string; readonly error: unknown } {
  let text = '';
  let failure: unknown;
  clientFor(eventStream(...payloads))
    .completions({ model: 'm', prompt: 'p' })
    .pipe(textDeltas())
    .subscribe({ next: (piece) => (text += piece), error: (error: unknown) => (failure = error) });
  return { text, error: failure };
}

describe('a chunk whose metadata have another type', () => {
  describe.each([
    ...['id', 'object', 'created', 'model', 'service_tier', 'system_fingerprint', 'usage', 'x_groq', 'provider'],
  ])('keeps its text, whatever its %s is', (field) => {
    it.each(odd.map((value) => [value]))('%j', (value) => {
      const { chunks, message, error } = readStream([chunkOf({ [field]: value }), finish, '[DONE]']);

      expect(error).toBeUndefined();
      expect(message).toMatchObject({ content: 'Hello', finishReason: 'stop' });
      expect(chunks.map((chunk) => chatCompletionChunk.safeParse(chunk).success)).toEqual([true, true]);
      expect(readLegacy({ [field]: value, choices: [{ text: 'Hello' }] }, '[DONE]')).toEqual({ text: 'Hello' });
    });
  });

  describe.each(['logprobs', 'native_finish_reason', 'usage', 'message', 'seed'])(
    'keeps its text, whatever the %s of its choice is',
    (field) => {
      it.each(odd.map((value) => [value]))('%j', (value) => {
        const { message, error } = readStream([chunkOf({}, { [field]: value }), finish, '[DONE]']);

        expect(error).toBeUndefined();
        expect(message?.content).toBe('Hello');
      });
    },
  );

  describe.each([
    'role',
    'reasoning',
    'reasoning_content',
    'reasoning_details',
    'annotations',
    'audio',
    'content_filter',
  ])('keeps its text, whatever the %s of its delta is', (field) => {
    it.each(odd.map((value) => [value]))('%j', (value) => {
      const { chunks, message, error } = readStream([chunkOf({}, {}, { [field]: value }), finish, '[DONE]']);

      expect(error).toBeUndefined();
      expect(message?.content).toBe('Hello');
      expect(chunks.map((chunk) => chatCompletionChunk.safeParse(chunk).success)).toEqual([true, true]);
    });
  });

  it.each<[string, object, object]>([
    ['an id that is a number', { id: 17 }, {}],
    ['a creation time as text', { created: '1700000000' }, { created: 1_700_000_000 }],
    ['a creation time that is no number', { created: 'now' }, {}],
    ['a model that is an object', { model: {} }, {}],
    ['usage that is a list', { usage: [] }, {}],
    ['counts as text', { usage: { prompt_tokens: '3', total_tokens: {} } }, { usage: { prompt_tokens: 3 } }],
    ['fields that nobody knows', { provider: { a: 1 } }, { provider: { a: 1 } }],
  ])('has %s read or left out', (_title, fields, expected) => {
    expect(readStream([chunkOf(fields), '[DONE]']).chunks).toStrictEqual([{ ...chunkOf({}), ...expected }]);
  });

  it('keeps the log probabilities that fit', () => {
    const fits = { token: 'Hel', logprob: -0.5, bytes: null, top_logprobs: [] };
    const content = [
      fits,
      { token: 'lo', logprob: null },
      { token: 7, logprob: -1 },
      null,
      { token: '!', logprob: '-2' },
    ];
    const { message } = readStream([chunkOf({}, { logprobs: { content, refusal: 'none' } }), finish, '[DONE]']);

    expect(message?.logprobs).toEqual([fits, { token: '!', logprob: -2 }]);
  });
});

describe('text that is not a string', () => {
  it.each<[string, object]>([
    ['a number', { content: 0.005 }],
    ['a number in a part', { content: [{ type: 'text', text: 0.005 }] }],
  ])('is the JSON text of %s', (_title, delta) => {
    const { message } = readStream([
      chunkOf({}, {}, { content: 'It costs $' }),
      chunkOf({}, {}, delta),
      chunkOf({}, {}, { content: 6 }),
      finish,
      '[DONE]',
    ]);

    expect(message?.content).toBe('It costs $0.0056');
  });

  it('is the JSON text of a number as reasoning, refusal, name and arguments, too', () => {
    const call = { index: 0, id: 12, function: { name: 7, arguments: 5 } };
    const { message } = readStream([
      { choices: [{ delta: { reasoning_content: 6, refusal: 4, tool_calls: [call] } }] },
      { choices: [{ delta: { reasoning: 7 }, finish_reason: 'stop' }] },
    ]);

    expect(message).toMatchObject({
      reasoning: '67',
      refusal: '4',
      toolCalls: [{ id: '12', name: '7', arguments: '5' }],
    });
  });

  it('is counted once where whole messages follow', () => {
    const whole = { choices: [{ message: { content: 'It costs $6!' }, finish_reason: 'stop' }] };
    const sent = [chunkOf({}, {}, { content: 'It costs $' }), chunkOf({}, {}, { content: 6 }), whole];

    expect(readStream(sent).message?.content).toBe('It costs $6!');
  });

  it('is counted once where whole messages repeat it', () => {
    const whole = (message: object): object => ({ choices: [{ message }] });
    const sent = [
      whole({ content: 6, refusal: 4, reasoning_content: { text: 'Ea' } }),
      whole({ content: '6 euros', refusal: 42, reasoning_content: { text: 'Easy.' } }),
    ];

    expect(readStream([...sent, finish]).message).toMatchObject({
      content: '6 euros',
      refusal: '42',
      reasoning: 'Easy.',
    });
    expect(
      readStream([chunkOf({}, {}, { reasoning: { text: 'Ea' } }), whole({ reasoning: ['Ea', 'sy.'] }), finish]),
    ).toMatchObject({
      error: undefined,
      message: { content: 'Hello', reasoning: 'Easy.' },
    });
  });

  it('is the JSON text of a number in a legacy chunk', () => {
    expect(readLegacy({ choices: [{ text: 'It costs $' }] }, { choices: [{ text: 6 }] }, '[DONE]').text).toBe(
      'It costs $6',
    );
  });

  const fields = [
    ...['content', 'refusal', 'tool_calls', 'function_call'].map((name) => ({
      name,
      chunkWith: (value: unknown) => ({ choices: [{ delta: { [name]: value } }] }),
    })),
    ...['name', 'arguments'].map((name) => ({
      name: `the ${name} of a function`,
      chunkWith: (value: unknown) => ({
        choices: [{ delta: { tool_calls: [{ index: 0, function: { [name]: value } }] } }],
      }),
    })),
    ...['index', 'id', 'function', 'custom'].map((name) => ({
      name: `the ${name} of a call`,
      chunkWith: (value: unknown) => ({ choices: [{ delta: { tool_calls: [{ [name]: value }] } }] }),
    })),
    { name: 'finish_reason', chunkWith: (value: unknown) => ({ choices: [{ delta: {}, finish_reason: value }] }) },
    { name: 'index', chunkWith: (value: unknown) => ({ choices: [{ index: value, delta: {} }] }) },
    { name: 'delta', chunkWith: (value: unknown) => ({ choices: [{ delta: value }] }) },
  ];
  describe.each(fields)('in $name', ({ name, chunkWith }) => {
    it('is absent if it is false', () => {
      const { chunks, error } = readStream([chunkWith(false), '[DONE]']);

      expect(error).toBeUndefined();
      expect(chunks).toHaveLength(1);
    });

    const invalid = /function|custom|delta/u.test(name) ? [true] : [true, [7], { text: 'x' }];
    it.each<[unknown]>(invalid.map((value) => [value]))('makes the chunk invalid if it is %j', (value) => {
      const { chunks, error } = readStream([chunkOf({}), chunkWith(value), '[DONE]']);

      expect(chunks).toHaveLength(1);
      expect(error).toMatchObject({ name: 'ProtocolError', retryable: false });
    });
  });
});

describe('reasoning', () => {
  it.each<[string, object]>([
    ['as an object', { reasoning_content: { text: 'Easy.' } }],
    ['as an object named otherwise', { reasoning: { content: 'Easy.' } }],
    ['as a list of texts', { reasoning: ['Ea', 'sy.'] }],
    ['as a list of objects', { reasoning_content: [{ type: 'text', text: 'Ea' }, { text: 'sy.' }] }],
    ['with a summary', { reasoning: { summary: [{ type: 'summary_text', text: 'Easy.' }] } }],
    ['as a part of the content', { content: [{ type: 'reasoning', text: 'Easy.' }] }],
    [
      'as a part of the content with a summary',
      { content: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'Ea' }, { text: 'sy.' }] }] },
    ],
    ['as a part of the content with content', { content: [{ type: 'reasoning', content: [{ text: 'Easy.' }] }] }],
    ['as a thinking part', { content: [{ type: 'thinking', thinking: 'Easy.' }] }],
    ['as a thinking part with text', { content: [{ type: 'thinking', text: 'Easy.' }] }],
    ['as details', { reasoning_details: [{ type: 'reasoning.summary', summary: 'Easy.' }] }],
  ])('%s is read, and never as content', (_title, delta) => {
    const sent = [
      { choices: [{ index: 0, delta }] },
      { choices: [{ delta: { content: 'Paris' }, finish_reason: 'stop' }] },
    ];
    const { chunks, message, error } = readStream(sent);
    const pieces: string[] = [];
    from(chunks)
      .pipe(reasoningDeltas())
      .subscribe((piece) => pieces.push(piece));

    expect(error).toBeUndefined();
    expect(message).toMatchObject({ reasoning: 'Easy.', content: 'Paris' });
    expect(pieces.join('')).toBe('Easy.');
    expect(message?.extra).not.toHaveProperty('content');
  });

  it.each([[true], [{}], [[]], [[7]], [{ text: {} }], [null]])('that is %j costs no text', (reasoning) => {
    expect(readStream([chunkOf({}, {}, { reasoning }), finish]).message).toMatchObject({ content: 'Hello' });
  });
});

describe('the fields that a message does not know', () => {
  it('hold other parts of the content, and nothing that has a field of its own', () => {
    const image = { type: 'image_url', image_url: { url: 'data:,' } };
    const { message } = readStream([
      { choices: [{ delta: { content: [{ type: 'text', text: 'a' }, { type: 'reasoning', text: 'b' }, image] } }] },
      { choices: [{ delta: { content: [image], reasoning_content: 'c', refusal: 'd', role: 'assistant' } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: 'f' } }], function_call: { name: 'g' } } }] },
      { choices: [{ delta: { reasoning: 'e' }, finish_reason: 'stop' }] },
    ]);

    expect(message?.extra).toEqual({ content: [image, image] });
  });
});

describe('a finish reason', () => {
  it.each(['null', 'None', 'none', 'NULL', 'undefined', ''])('that is the text "%s" is absent', (reason) => {
    const cut = [chunkOf({}, { finish_reason: reason }), chunkOf({}, { finish_reason: reason })];

    expect(readStream(cut).error).toMatchObject({ kind: 'truncated' });
    expect(readStream([...cut, finish])).toMatchObject({ error: undefined, message: { finishReason: 'stop' } });
    expect(readLegacy({ choices: [{ text: 'a', finish_reason: reason }] })).toMatchObject({
      error: { kind: 'truncated' },
    });
  });

  it('stays when a later chunk of the choice is empty', () => {
    const { message, error } = readStream([
      chunkOf({}, { finish_reason: 'length' }),
      { choices: [{ index: 0, delta: {}, finish_reason: null }] },
    ]);

    expect(error).toBeUndefined();
    expect(message?.finishReason).toBe('length');
  });
});

describe('usage', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
  const counts = { inputTokens: 3, outputTokens: 1, totalTokens: 4 };
  it.each<[string, object, object]>([
    ['in the chunk', { choices: [], usage }, counts],
    ['inside the choice', { choices: [{ index: 0, delta: {}, usage }] }, counts],
    ['inside a choice beside null', { choices: [{ delta: {}, usage }], usage: null }, counts],
    ['inside a choice beside a list', { choices: [{ delta: {}, usage }], usage: [] }, counts],
    ['as text', { choices: [], usage: { prompt_tokens: '3', completion_tokens: ' 1 ', total_tokens: '4' } }, counts],
    [
      'as text inside the choice',
      { choices: [{ delta: {}, usage: { prompt_tokens: '3', completion_tokens: '1' } }] },
      counts,
    ],
    ['as text of Groq', { choices: [], x_groq: { usage: { prompt_tokens: '3', completion_tokens: '1' } } }, counts],
    ['named for input and output', { choices: [], usage: { input_tokens: 3, output_tokens: 1 } }, counts],
    [
      'with details named for input and output',
      {
        choices: [],
        usage: {
          input_tokens: 3,
          output_tokens: '1',
          input_tokens_details: { cached_tokens: '2' },
          output_tokens_details: { reasoning_tokens: 1 },
        },
      },
      { ...counts, cachedTokens: 2, reasoningTokens: 1 },
    ],
    [
      'with details that are odd',
      {
        choices: [],
        usage: { ...usage, prompt_tokens_details: 'none', completion_tokens_details: { reasoning_tokens: [] } },
      },
      counts,
    ],
    ['with a count that is odd', { choices: [], usage: { ...usage, total_tokens: {} } }, counts],
  ])('%s is read', (_title, chunk, expected) => {
    expect(usageIn([chunk])).toMatchObject(expected);
    expect(readStream([chunk, finish]).message?.usage).toMatchObject(expected);
  });

  it.each([[[]], [true], ['many'], [{}], [{ prompt_tokens: 'x', completion_tokens: {} }], [{ prompt_tokens: '' }]])(
    'that is %j is absent',
    (value) => {
      expect(usageIn([chunkOf({ usage: value })])).toBeUndefined();
      expect(usageIn([chunkOf({}, { usage: value })])).toBeUndefined();
    },
  );

  it('inside another choice is kept by ofChoice, and measured', () => {
    const inside = { choices: [{ index: 1, delta: {}, usage: { input_tokens: 3, output_tokens: '1' } }] };
    const seen: unknown[] = [];
    let timing: StreamTiming | undefined;
    from(readStream([inside, finish, '[DONE]'], { n: 2 }).chunks)
      .pipe(
        measure((measured) => (timing = measured)),
        ofChoice(0),
        toUsage(),
      )
      .subscribe((counted) => seen.push(counted));

    expect(seen).toEqual([expect.objectContaining(counts)]);
    expect(timing?.outputTokens).toBe(1);
  });
});
