import OpenAI from 'openai';
import * as fc from 'fast-check';
import { from, of } from 'rxjs';
import * as z from 'zod/mini';
import {
  type ChatCompletionChunk,
  createClient,
  type Message,
  textDeltas,
  toMessage,
  toUsage,
} from '../../src/index.js';
import { chatCompletionChunk } from '../support/chunk-schemas.js';
import {
  chunksOf,
  fakeTransport,
  finishChunk,
  reasoningChunk,
  roleChunk,
  textChunk,
  toolCallChunk,
  usageChunk,
} from '../../src/testing/index.js';
import { chatRequest, eventStream } from '../support/answers.js';
import { observe } from '../support/observe.js';

const built: readonly (readonly [string, ChatCompletionChunk])[] = [
  ['roleChunk', roleChunk()],
  ['textChunk', textChunk('Hel', { choice: 1, id: 'chat-1', model: 'small' })],
  ['reasoningChunk', reasoningChunk('Hm')],
  ['toolCallChunk', toolCallChunk({ id: 'call_1', name: 'search', arguments: '{' })],
  ['a later toolCallChunk', toolCallChunk({ arguments: '}' })],
  ['finishChunk', finishChunk('length')],
  ['usageChunk', usageChunk({ prompt_tokens: 9, completion_tokens: 2 })],
];

describe('chunk builders', () => {
  it.each(built)('%s matches the schema', (_, chunk) => {
    expect(z.safeParse(chatCompletionChunk, chunk)).toMatchObject({ success: true });
  });

  it.each(built)('%s passes through a client unchanged', (_, chunk) => {
    const client = createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport({ body: [chunk] }) });

    expect(observe(client.chat({ ...chatRequest, n: 2 })).values).toEqual([chunk]);
  });

  it('build chunks that the openai package can read', async () => {
    const calls = [
      toolCallChunk({ id: 'call_1', name: 'search', arguments: '{"q":' }),
      toolCallChunk({ arguments: '1}' }),
    ];
    const chunks = [
      roleChunk(),
      textChunk('Hello'),
      ...calls,
      finishChunk('tool_calls'),
      usageChunk({ prompt_tokens: 9 }),
    ];
    const body = eventStream(...chunks, '[DONE]');
    const openai = new OpenAI({
      apiKey: 'none',
      fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    });

    const stream = openai.chat.completions.stream({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] });

    expect(await stream.finalChatCompletion()).toMatchObject({
      id: 'chatcmpl-test',
      model: 'test-model',
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Hello',
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'search', arguments: '{"q":1}' } }],
          },
        },
      ],
      usage: { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9 },
    });
  });

  it('build chunks that accumulate to a message', () => {
    const messages: Message[] = [];
    of(
      roleChunk('tool', { id: 'chat-1', model: 'small' }),
      reasoningChunk('Hm'),
      textChunk('Hello'),
      toolCallChunk({ index: 1, id: 'b', name: 'read', arguments: '{}' }),
      toolCallChunk({ index: 0, id: 'a', name: 'search', arguments: '{"q":' }),
      toolCallChunk({ arguments: '1}' }),
      finishChunk('tool_calls'),
    )
      .pipe(toMessage())
      .subscribe((message) => messages.push(message));

    expect(messages).toMatchObject([
      {
        id: 'chat-1',
        model: 'small',
        role: 'tool',
        reasoning: 'Hm',
        content: 'Hello',
        toolCalls: [
          { id: 'a', type: 'function', name: 'search', arguments: '{"q":1}' },
          { id: 'b', type: 'function', name: 'read', arguments: '{}' },
        ],
        finishReason: 'tool_calls',
      },
    ]);
  });

  it('build chunks of several choices in one stream', () => {
    const chunks = from([textChunk('Hel'), textChunk('Bye', { choice: 1 }), textChunk('lo')]);

    expect(observe(chunks.pipe(textDeltas())).values).toEqual(['Hel', 'lo']);
    expect(observe(chunks.pipe(textDeltas(1))).values).toEqual(['Bye']);
  });

  describe('usageChunk', () => {
    it.each([[{}], [{ prompt_tokens: null, total_tokens: undefined }]])(
      'sets the counts that %j lacks to 0',
      (usage) => {
        expect(usageChunk(usage).usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
      },
    );

    it.each(['prompt_tokens', 'completion_tokens', 'total_tokens'])(
      'refuses %s that are not a whole number',
      (field) => {
        expect(() => usageChunk({ [field]: 1.5 })).toThrow(`usage.${field} must be a whole number, 0 or more, not 1.5`);
      },
    );

    it('adds the total, and keeps other fields', () => {
      const chunk = usageChunk({
        prompt_tokens: 9,
        completion_tokens: 2,
        completion_tokens_details: { reasoning_tokens: 1 },
      });

      expect(chunk.choices).toEqual([]);
      expect(observe(of(chunk).pipe(toUsage())).values).toMatchObject([
        { inputTokens: 9, outputTokens: 2, totalTokens: 11, reasoningTokens: 1 },
      ]);
    });

    it('keeps a given total', () => {
      expect(usageChunk({ prompt_tokens: 9, total_tokens: 100 }).usage).toMatchObject({ total_tokens: 100 });
    });
  });

  describe('chunksOf', () => {
    it('returns the role, a chunk per word and the finish', () => {
      expect(chunksOf('Hello world')).toEqual([
        roleChunk(),
        textChunk('Hello'),
        textChunk(' world'),
        finishChunk('stop'),
      ]);
    });

    it('adds usage, and passes the shared fields on', () => {
      const common = { id: 'chat-2', model: 'small', choice: 2 };

      expect(chunksOf('Hi', { ...common, finishReason: 'length', usage: { completion_tokens: 1 } })).toEqual([
        roleChunk('assistant', common),
        textChunk('Hi', common),
        finishChunk('length', common),
        usageChunk({ completion_tokens: 1 }, common),
      ]);
    });

    it('keeps every character of a text', () => {
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '\n', '\t') }), (text) => {
          expect(observe(from(chunksOf(text)).pipe(textDeltas())).values.join('')).toBe(text);
        }),
      );
    });
  });

  describe('validation', () => {
    it.each<readonly [string, () => unknown, string]>([
      ['a role that is a number', () => roleChunk(1 as never), 'role must be a string, not 1'],
      ['a missing text', () => textChunk(undefined as never), 'text must be a string, not undefined'],
      ['a text for chunksOf that is null', () => chunksOf(null as never), 'text must be a string, not null'],
      ['a reasoning that is an object', () => reasoningChunk({} as never), 'text must be a string, not an object'],
      ['a finish reason that is a number', () => finishChunk(0 as never), 'reason must be a string, not 0'],
      ['a negative choice', () => textChunk('a', { choice: -1 }), 'choice must be a whole number, 0 or more, not -1'],
      ['a fractional choice', () => chunksOf('a', { choice: 0.5 }), 'choice must be a whole number'],
      ['an id that is a number', () => textChunk('a', { id: 1 as never }), 'id must be a string, not 1'],
      ['a model that is a number', () => textChunk('a', { model: 1 as never }), 'model must be a string, not 1'],
      [
        'a configuration that is a number',
        () => textChunk('a', 1 as never),
        'The configuration of textChunk must be an object, not 1',
      ],
      [
        'a configuration that is null',
        () => chunksOf('a', null as never),
        'The configuration of chunksOf must be an object',
      ],
      ['a tool call that is null', () => toolCallChunk(null as never), 'The tool call must be an object, not null'],
      [
        'a negative index of a tool call',
        () => toolCallChunk({ index: -1 }),
        'index must be a whole number, 0 or more, not -1',
      ],
      [
        'arguments that are an object',
        () => toolCallChunk({ arguments: {} as never }),
        'arguments must be a string, not an object',
      ],
      ['usage that is a number', () => usageChunk(3 as never), 'usage must be an object, not 3'],
      [
        'a negative count',
        () => usageChunk({ prompt_tokens: -1 }),
        'usage.prompt_tokens must be a whole number, 0 or more, not -1',
      ],
    ])('refuses %s', (_, build, message) => {
      expect(build).toThrow(TypeError);
      expect(build).toThrow(message);
    });
  });
});
