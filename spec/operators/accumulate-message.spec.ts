import { EMPTY, from, NEVER, of, take, toArray } from 'rxjs';
import type { Message, ToolCall } from '../../src/schemas/message.js';
import type { AnswerChunk } from '../../src/chunks/answer-chunk.js';
import { LimitError } from '../../src/errors/limit-error.js';
import { accumulateMessage } from '../../src/operators/accumulate-message.js';
import type { TokenLogprob } from '../../src/schemas/chat-completion-chunk.js';
import { chatChunk, finishChunk, legacyChunk, usageChunk } from '../support/chunks.js';
import { runMarbles } from '../support/run-marbles.js';

const chunks = {
  r: chatChunk({ role: 'assistant', content: '' }),
  a: chatChunk({ content: 'Hel' }),
  b: chatChunk({ content: 'lo' }),
  f: finishChunk(),
};
const empty: Message = {
  id: 'chat-1',
  model: 'm-1',
  role: 'assistant',
  content: '',
  reasoning: '',
  refusal: '',
  toolCalls: [],
  finishReason: undefined,
  extra: {},
};
const hello: Message = { ...empty, content: 'Hello' };
const messages = { r: empty, a: { ...empty, content: 'Hel' }, b: hello, f: { ...hello, finishReason: 'stop' } };

function snapshots(source: readonly AnswerChunk[], choice?: number): readonly Message[] {
  let seen: readonly Message[] = [];
  from(source)
    .pipe(accumulateMessage(choice), toArray())
    .subscribe((all) => (seen = all));
  return seen;
}

function lastOf(...source: readonly AnswerChunk[]): Message | undefined {
  return snapshots(source).at(-1);
}

const call = (entry: object, fields: object = {}): AnswerChunk => chatChunk({ tool_calls: [entry] }, fields);
const logprob = (token: string): TokenLogprob => ({ token, logprob: -0.1, bytes: null, top_logprobs: [] });

describe('accumulateMessage', () => {
  it('emits the message so far for each chunk', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);
      const sourceSubs = ' ^------!';
      const expected = '   r-a-b-f|';

      expectObservable(source.pipe(accumulateMessage())).toBe(expected, messages);
      expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    });
  });

  it('starts again with each subscription', () => {
    runMarbles(({ cold, expectObservable }) => {
      const accumulated = cold('a-b-(f|)', chunks).pipe(accumulateMessage());

      expectObservable(accumulated).toBe('a-b-(f|)', messages);
      expectObservable(accumulated, '-^').toBe('-a-b-(f|)', messages);
    });
  });

  it('passes errors through, and sources that are empty or never emit', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#', chunks).pipe(accumulateMessage())).toBe('-a-#', messages);
      expectObservable(NEVER.pipe(accumulateMessage())).toBe('-');
      expectObservable(EMPTY.pipe(accumulateMessage())).toBe('|');
    });
  });

  it('unsubscribes from its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('r-a-b-f|', chunks);

      expectObservable(source.pipe(accumulateMessage()), '---!').toBe('r-a', messages);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('stops a synchronous source when it is unsubscribed', () => {
    const seen: Message[] = [];
    from([chunks.a, chunks.b])
      .pipe(accumulateMessage(), take(1))
      .subscribe((message) => seen.push(message));

    expect(seen).toEqual([messages.a]);
  });

  it('collects reasoning, refusal and usage as well as text', () => {
    const message = lastOf(
      chatChunk({ reasoning_content: 'Let me ' }),
      chatChunk({ reasoning: 'think', content: null }),
      chatChunk({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: '.' }] },
          { type: 'text', text: 'No' },
        ],
      }),
      chatChunk({ refusal: 'I will ' }),
      chatChunk({ refusal: 'not' }),
      finishChunk(),
      usageChunk(4, 5),
    );

    expect(message).toMatchObject({
      reasoning: 'Let me think.',
      content: 'No',
      refusal: 'I will not',
      finishReason: 'stop',
      usage: { inputTokens: 4, outputTokens: 5, totalTokens: 9 },
    });
  });

  it('adds reasoning sent in two forms only once, and keeps the details', () => {
    const details = (text: string): object[] => [{ type: 'reasoning.text', text, signature: 's' }];
    const message = lastOf(
      chatChunk({ reasoning: 'a', reasoning_details: details('a') }),
      chatChunk({ reasoning_details: details('b') }),
      finishChunk(),
    );

    expect(message?.reasoning).toBe('ab');
    expect(message?.extra).toEqual({ reasoning_details: [...details('a'), ...details('b')] });
  });

  it('takes the first non-empty id, model, role and finish reason', () => {
    const message = lastOf(
      chatChunk({ role: '' }, {}, { id: '', model: '' }),
      chatChunk({ role: 'tool' }, { finish_reason: '' }, { id: 'x', model: 'y' }),
      chatChunk({ role: 'assistant' }, { finish_reason: 'length' }, { id: 'z', model: 'z' }),
      finishChunk('stop'),
    );

    expect(message).toMatchObject({ id: 'x', model: 'y', role: 'tool', finishReason: 'length' });
  });

  it('reads one of several choices', () => {
    const seen = snapshots([chatChunk({ content: 'a' }, { index: 1 }), chunks.a, finishChunk('stop', 1)], 1);

    expect(seen.map(({ content }) => content)).toEqual(['a', 'a', 'a']);
    expect(seen.at(-1)?.finishReason).toBe('stop');
  });

  it('keeps interleaved choices apart', () => {
    const source = [0, 1, 2].map((index): AnswerChunk => {
      const tokens = { content: [logprob(`c${index}`)], refusal: [logprob(`r${index}`)] };
      return chatChunk(
        { content: 'x', reasoning: `think ${index}`, refusal: `no ${index}`, note: `n${index}`, list: [index] },
        { index, logprobs: tokens },
      );
    });
    const ends = [2, 0, 1].map((index) => finishChunk(`stop ${index}`, index));
    const messages = [0, 1, 2].map((choice) =>
      snapshots([...source, ...source, ...ends, usageChunk(4, 5)], choice).at(-1),
    );

    expect(messages).toEqual(
      [0, 1, 2].map((index) => ({
        ...empty,
        content: 'xx',
        reasoning: `think ${index}think ${index}`,
        reasoningKey: 'reasoning',
        refusal: `no ${index}no ${index}`,
        finishReason: `stop ${index}`,
        usage: expect.objectContaining({ inputTokens: 4, outputTokens: 5 }),
        logprobs: [`c${index}`, `r${index}`, `c${index}`, `r${index}`].map(logprob),
        extra: { note: `n${index}n${index}`, list: [index, index] },
      })),
    );
  });

  it('records the field of the reasoning', () => {
    const keyOf = (...source: readonly AnswerChunk[]): unknown => lastOf(...source)?.reasoningKey;

    expect(keyOf(chatChunk({ reasoning_content: 'a' }), chatChunk({ reasoning: 'b' }))).toBe('reasoning_content');
    expect(keyOf(chatChunk({ reasoning_content: '' }), chatChunk({ reasoning: 'b' }))).toBe('reasoning');
    expect(keyOf(chatChunk({ reasoning: '' }))).toBe('reasoning');
    expect(lastOf(chatChunk({ reasoning: null, reasoning_details: [{ text: 'a' }] }))).not.toHaveProperty(
      'reasoningKey',
    );
  });

  it('reads legacy chunks', () => {
    expect(lastOf(legacyChunk('Hel'), legacyChunk('lo', 'length'))).toEqual({
      ...hello,
      id: 'cmpl-1',
      finishReason: 'length',
    });
  });

  it('joins the deprecated function call', () => {
    const message = lastOf(
      chatChunk({ function_call: { name: 'f', arguments: '' } }),
      chatChunk({ function_call: { arguments: '{"a":' } }),
      chatChunk({ function_call: { arguments: '1}' } }),
      finishChunk('function_call'),
    );

    expect(message?.functionCall).toEqual({ name: 'f', arguments: '{"a":1}' });
  });

  it('keeps unknown fields: strings and lists append, other values replace, null changes nothing', () => {
    const message = lastOf(
      chatChunk({ note: 'a', images: [1], channel: { n: 1 } }),
      chatChunk({ note: 'b', images: [2], channel: { n: 2 } }),
      chatChunk({ note: null, images: null, channel: null }),
      finishChunk(),
    );

    expect(message?.extra).toEqual({ note: 'ab', images: [1, 2], channel: { n: 2 } });
  });

  it('joins the pieces of an audio answer', () => {
    const message = lastOf(
      chatChunk({ audio: { id: 'au', transcript: 'Hel' } }),
      chatChunk({ audio: { data: 'AA', transcript: 'lo' } }),
      chatChunk({ audio: { data: 'BB' } }),
      chatChunk({ audio: { expires_at: 5 } }),
      finishChunk(),
    );

    expect(message?.extra).toEqual({ audio: { id: 'au', transcript: 'Hello', data: 'AABB', expires_at: 5 } });
  });

  it('has the whole of a long list in the finished message', () => {
    const many = Array.from({ length: 1000 }, (_, item) => chatChunk({ parts: [item] }));
    const all = Array.from({ length: 1000 }, (_, item) => item);

    expect(lastOf(...many, finishChunk())?.extra).toEqual({ parts: all });
    expect(lastOf(...many)?.extra).toEqual({ parts: all });
    expect(lastOf(finishChunk(), ...many)?.extra).toEqual({ parts: all });
  });

  it('has any number of different fields in the finished message', () => {
    const many = Array.from({ length: 20_000 }, (_, item) => chatChunk({ [`field ${item}`]: item }));

    expect(Object.keys(lastOf(...many, finishChunk())?.extra ?? {})).toHaveLength(20_000);
  });

  it('has log probabilities only on the finished message', () => {
    const withToken = (token: string): AnswerChunk =>
      chatChunk({ content: token }, { logprobs: { content: [logprob(token)], refusal: null } });
    const seen = snapshots([withToken('a'), withToken('b'), finishChunk()]);

    expect(seen.map(({ logprobs }) => logprobs?.length)).toEqual([undefined, undefined, 2]);
    expect(snapshots([withToken('a')]).map(({ logprobs }) => logprobs?.length)).toEqual([undefined, 1]);
  });

  it('never changes an emitted snapshot, and keeps the identity of unchanged parts', () => {
    const seen = snapshots([
      call({ index: 0, id: 'c0', function: { name: 'f', arguments: '{' } }),
      call({ index: 1, id: 'c1', function: { name: 'g', arguments: '{' } }),
      chunks.a,
      call({ index: 1, function: { arguments: '}' } }),
      chatChunk({}),
    ]);
    const copy = structuredClone(seen.slice(0, 5));

    expect(seen[1]?.toolCalls[0]).toBe(seen[0]?.toolCalls[0]);
    expect(seen[2]?.toolCalls).toBe(seen[1]?.toolCalls);
    expect(seen[3]?.toolCalls[0]).toBe(seen[2]?.toolCalls[0]);
    expect(seen[3]?.toolCalls[1]).not.toBe(seen[2]?.toolCalls[1]);
    expect(seen[4]).toBe(seen[3]);
    expect(seen.every((message) => Object.isFrozen(message) && Object.isFrozen(message.toolCalls))).toBe(true);
    expect(seen.slice(0, 5)).toEqual(copy);
    expect(seen.map(({ toolCalls }) => toolCalls.map((item) => item.arguments))).toEqual([
      ['{'],
      ['{', '{'],
      ['{', '{'],
      ['{', '{}'],
      ['{', '{}'],
      ['{', '{}'],
    ]);
  });

  it('freezes every part of a snapshot', () => {
    const message = lastOf(
      chatChunk({ list: [1], function_call: { name: 'f' } }, { logprobs: { content: [logprob('a')] } }),
      call({ index: 0, id: 'c0', function: { name: 'f', arguments: '{}' }, list: [1] }),
      finishChunk(),
      usageChunk(1, 2),
    );
    const { toolCalls = [], functionCall, usage, logprobs, extra } = message ?? {};
    const [first] = toolCalls;
    const made = [message, toolCalls, first, first?.extra, functionCall, usage, logprobs, extra];

    expect(made.map((part) => typeof part)).toEqual(made.map(() => 'object'));
    expect(made.map((part) => Object.isFrozen(part))).toEqual(made.map(() => true));
    expect([extra?.['list'], first?.extra['list']].map((list) => Object.isFrozen(list))).toEqual([true, true]);
  });

  it('deeply freezes values from the server, except bytes', () => {
    const bytes = new Uint8Array(1);
    const nested = (): object => ({ inner: [{ value: 1 }] });
    const message = lastOf(
      chatChunk(
        { field: nested(), list: [nested()], audio: { id: 'a', data: 'x' }, bytes },
        { logprobs: { content: [{ ...logprob('a'), top_logprobs: [logprob('b')] }] } },
      ),
      chatChunk({ audio: { data: 'y', details: nested() } }),
      call({ index: 0, id: 'c0', function: { name: 'f', arguments: '{}' }, extra_content: nested() }),
      finishChunk(),
      { ...usageChunk(1, 2), usage: { prompt_tokens: 1, completion_tokens: 2, costs: nested() } },
    );
    const thawed = (value: unknown): readonly unknown[] =>
      typeof value !== 'object' || value === null || value === bytes
        ? []
        : [...(Object.isFrozen(value) ? [] : [value]), ...Object.values(value).flatMap(thawed)];

    expect(thawed(message)).toEqual([]);
    expect(message?.extra).toMatchObject({
      field: nested(),
      list: [nested()],
      audio: { id: 'a', data: 'xy', details: nested() },
      bytes,
    });
  });

  it('keeps the identity of unchanged usage, logprobs, calls and unknown fields', () => {
    const seen = snapshots([
      chatChunk({ list: [1], function_call: { name: 'f' } }, { logprobs: { content: [logprob('a')] } }),
      call({ index: 0, id: 'c0', function: { name: 'f', arguments: '{}' } }),
      usageChunk(1, 2),
      finishChunk(),
      chunks.a,
    ]);
    const [before, after] = seen.slice(-2);

    expect(after).not.toBe(before);
    for (const part of ['toolCalls', 'functionCall', 'usage', 'logprobs', 'extra'] as const) {
      expect(after?.[part]).toBeDefined();
      expect(after?.[part]).toBe(before?.[part]);
    }
  });

  it.each([2000, 8000])(
    'copies little, however long the answer: %d snapshots together hold few additional items',
    (length) => {
      const source = Array.from({ length }, (_, item) =>
        chatChunk(
          {
            content: 'x',
            reasoning_details: [{ type: 'reasoning.text', text: 'y' }],
            tool_calls: [{ index: item % 3, function: { name: item < 3 ? 'f' : '', arguments: '1' }, list: [item] }],
          },
          { logprobs: { content: [logprob('x')] } },
        ),
      );
      const lists = snapshots([...source, finishChunk()]).flatMap(({ extra, logprobs, toolCalls }) => [
        extra['reasoning_details'],
        logprobs,
        ...toolCalls.map((item) => item.extra['list']),
      ]);
      const copied = [...new Set(lists)].reduce<number>(
        (sum, list) => sum + (Array.isArray(list) ? list.length : 0),
        0,
      );

      // Log probabilities are copied once; other lists while short, whenever they have doubled, and at the end.
      expect(copied).toBeGreaterThanOrEqual(3 * length);
      expect(copied).toBeLessThan(8 * length + 4 * 64 * 64);
    },
  );

  it.each([
    ['the role that a message has without one', chatChunk({ role: 'assistant' })],
    ['a field of reasoning once more', chatChunk({ reasoning: '' })],
    ['empty texts', chatChunk({ content: '', refusal: '' })],
    ['another id', chatChunk({}, {}, { id: 'x' })],
    ['nothing for this choice', chatChunk({ content: 'x' }, { index: 1 })],
  ])('repeats the same snapshot for a chunk with %s', (_title, chunk) => {
    const [before, after] = snapshots([chatChunk({ content: 'a', reasoning: '' }), chunk]);

    expect(after).toBe(before);
  });

  it('repeats the same snapshot if the server repeats its usage', () => {
    const seen = snapshots([usageChunk(1, 2), usageChunk(1, 2), usageChunk(2, 2), usageChunk(2, 3)]);

    expect(seen[1]).toBe(seen[0]);
    expect(seen.slice(1).map(({ usage }) => usage?.totalTokens)).toEqual([3, 4, 5]);
  });

  it('has own data properties only, whatever names the server sends', () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":"a","content":"x"}') as Record<
      string,
      unknown
    >;
    const message = lastOf(chatChunk(hostile), chatChunk(hostile), finishChunk());

    expect(Object.getPrototypeOf(message?.extra)).toBe(Object.prototype);
    expect((message?.extra as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.hasOwn(message?.extra ?? {}, 'constructor')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  describe('merges tool calls', () => {
    const whole = (fields: Partial<ToolCall>): ToolCall => ({
      id: 'c0',
      type: 'function',
      name: 'f',
      arguments: '{"a":1}',
      complete: true,
      extra: {},
      ...fields,
    });
    const second = whole({ id: 'c1', name: 'g' });
    const f = { name: 'f', arguments: '{"a":1}' };
    const g = { name: 'g', arguments: '{"a":1}' };

    it.each<[string, readonly AnswerChunk[], readonly ToolCall[]]>([
      [
        'in pieces',
        [
          call({ index: 0, id: 'c0', type: 'function', function: { name: 'f', arguments: '' } }),
          call({ index: 0, function: { arguments: '{"a"' } }),
          call({ index: 0, function: { arguments: ':1}' } }),
        ],
        [whole({})],
      ],
      [
        'two interleaved',
        [
          call({ index: 0, id: 'c0', function: { name: 'f' } }),
          call({ index: 1, id: 'c1', function: { name: 'g' } }),
          call({ index: 0, function: { arguments: '{"a":1}' } }),
          call({ index: 1, function: { arguments: '{"a":1}' } }),
        ],
        [whole({}), second],
      ],
      [
        'separate blocks without index and type',
        [call({ id: 'c0', function: f }), call({ id: 'c1', function: g })],
        [whole({}), second],
      ],
      [
        'all with index 0, separated by id',
        [call({ index: 0, id: 'c0', function: f }), call({ index: 0, id: 'c1', function: g })],
        [whole({}), second],
      ],
      [
        'all with index 0, in pieces',
        [
          call({ index: 0, id: 'c0', function: f }),
          call({ index: 0, id: 'c1', function: { name: 'g' } }),
          call({ index: 0, function: { arguments: '{"a":1}' } }),
        ],
        [whole({}), second],
      ],
      ['numbered from 1', [call({ index: 1, id: 'c0', function: f })], [whole({})]],
      [
        'out of order',
        [call({ index: 1, id: 'c1', function: g }), call({ index: 0, id: 'c0', function: f })],
        [whole({}), second],
      ],
      [
        'with the id on every piece',
        [
          call({ id: 'c0', function: { name: 'f', arguments: '{"a"' } }),
          call({ id: 'c0', function: { name: 'f', arguments: ':1}' } }),
        ],
        [whole({})],
      ],
      [
        'without index and id',
        [call({ function: f }), call({ function: g })],
        [whole({ id: 'call_0_0' }), whole({ id: 'call_0_1', name: 'g' })],
      ],
      [
        'without index and id, in pieces',
        [call({ function: { name: 'f', arguments: '{"a"' } }), call({ function: { arguments: ':1}' } })],
        [whole({ id: 'call_0_0' })],
      ],
      [
        'with null and empty values after the first piece',
        [
          call({ index: 0, id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }),
          call({ index: 0, id: null, type: null, function: { name: null, arguments: null } }),
          call({ index: 0, id: '', type: '', function: { name: '', arguments: '' } }),
        ],
        [whole({})],
      ],
      [
        'with the id and name after the arguments',
        [
          call({ index: 0, function: { arguments: '{"a"' } }),
          call({ index: 0, id: 'c0', function: { name: 'f', arguments: ':1}' } }),
        ],
        [whole({})],
      ],
      [
        'with a name in pieces',
        [
          call({ index: 0, id: 'c0', function: { name: 'get_' } }),
          call({ index: 0, function: { name: 'time', arguments: '{}' } }),
        ],
        [whole({ name: 'get_time', arguments: '{}' })],
      ],
      [
        'with arguments as an object',
        [call({ index: 0, id: 'c0', function: { name: 'f', arguments: { a: 1 } } })],
        [whole({})],
      ],
      ['with no arguments', [call({ index: 0, id: 'c0', function: { name: 'f' } })], [whole({ arguments: '{}' })]],
      [
        'of a custom tool',
        [
          call({ index: 0, id: 'c0', type: 'custom', custom: { name: 'f', input: 'a' } }),
          call({ index: 0, custom: { input: 'b' } }),
        ],
        [whole({ type: 'custom', arguments: 'ab' })],
      ],
      [
        'of a custom tool without input',
        [call({ index: 0, id: 'c0', type: 'custom', custom: { name: 'f', input: '' } })],
        [whole({ type: 'custom', arguments: '' })],
      ],
      [
        'with provider-specific fields',
        [call({ index: 0, id: 'c0', function: f, extra_content: { google: { thought_signature: 's' } } })],
        [whole({ extra: { extra_content: { google: { thought_signature: 's' } } } })],
      ],
      [
        'named by a hostile id',
        [call({ id: '__proto__', function: f }), call({ id: 'constructor', function: g })],
        [whole({ id: '__proto__' }), whole({ id: 'constructor', name: 'g' })],
      ],
    ])('%s', (_title, source, expected) => {
      expect(lastOf(...source, finishChunk('tool_calls'))?.toolCalls).toEqual(expected);
    });

    it('keeps the calls of two choices apart, even with the same id', () => {
      const source = [
        call({ index: 0, id: 'c0', function: f }),
        call({ index: 0, id: 'c0', function: g }, { index: 1 }),
      ];

      expect(
        snapshots(source, 0)
          .at(-1)
          ?.toolCalls.map(({ name }) => name),
      ).toEqual(['f']);
      expect(
        snapshots(source, 1)
          .at(-1)
          ?.toolCalls.map(({ name }) => name),
      ).toEqual(['g']);
    });

    it('includes a call once its name is known, and completes it when the answer is finished', () => {
      const seen = snapshots([
        call({ index: 0, id: 'c0', function: { arguments: '{}' } }),
        call({ index: 0, function: { name: 'f' } }),
        finishChunk('stop'),
      ]);

      expect(seen.map(({ toolCalls }) => toolCalls.map(({ complete }) => complete))).toEqual([[], [false], [true]]);
    });

    it('completes a call whose arguments go on after the finish reason when they are closed', () => {
      const seen = snapshots([
        call({ index: 0, id: 'c0', function: { name: 'f', arguments: '{"a"' } }),
        finishChunk('stop'),
        call({ index: 0, function: { arguments: ':1}' } }),
      ]);

      expect(seen.map(({ toolCalls }) => toolCalls.map(({ complete }) => complete))).toEqual([
        [false],
        [false],
        [true],
      ]);
    });

    it('completes a call whose arguments are never closed in one more snapshot', () => {
      const seen = snapshots([
        call({ index: 0, id: 'c0', function: { name: 'f', arguments: '{"a"' } }),
        finishChunk('stop'),
      ]);

      expect(seen.map(({ toolCalls }) => toolCalls.map(({ complete }) => complete))).toEqual([
        [false],
        [false],
        [true],
      ]);
    });

    it.each(['length', 'content_filter'])('has no complete call in an answer that ended with %s', (reason) => {
      const message = lastOf(call({ index: 0, id: 'c0', function: f }), finishChunk(reason));

      expect(message?.toolCalls).toEqual([whole({ complete: false })]);
    });

    it('completes calls with closed arguments in one more snapshot if there is no finish reason', () => {
      const seen = snapshots([
        call({ index: 0, id: 'c0', function: f }),
        call({ index: 1, id: 'c1', function: { name: 'g', arguments: '{"a' } }),
      ]);

      expect(seen).toHaveLength(3);
      expect(seen.at(-1)?.toolCalls).toEqual([
        whole({}),
        whole({ id: 'c1', name: 'g', arguments: '{"a', complete: false }),
      ]);
    });

    it.each([-1, 1.5])('errors with ProtocolError for a call with index %d', (index) => {
      let error: unknown;
      of(call({ index, function: f }))
        .pipe(accumulateMessage())
        .subscribe({ error: (reason: unknown) => (error = reason) });

      expect(error).toMatchObject({ name: 'ProtocolError', kind: 'protocol' });
    });

    it('errors with LimitError for more calls than allowed', () => {
      let error: unknown;
      from([call({ id: 'a', function: f }), call({ id: 'b', function: f }), call({ id: 'c', function: f })])
        .pipe(accumulateMessage(0, { toolCalls: 2 }))
        .subscribe({ error: (reason: unknown) => (error = reason) });

      expect(error).toBeInstanceOf(LimitError);
      expect(error).toMatchObject({ limit: 'toolCalls', maximum: 2 });
    });
  });

  it('completes when its consumer needs no more values', () => {
    const seen: Message[] = [];
    of(chunks.a, chunks.b)
      .pipe(take(1), accumulateMessage())
      .subscribe((message) => seen.push(message));

    expect(seen).toEqual([messages.a]);
  });

  it.each([
    [[-1], 'choice must be a whole number, 0 or more'],
    [[0, { toolCalls: 0 }], 'toolCalls must be a whole number, 1 or more, or Infinity, not 0'],
    [[0, 128], 'The configuration of accumulateMessage must be an object, not 128'],
  ])('rejects %j', (parameters, message) => {
    expect(() => accumulateMessage(...(parameters as [number]))).toThrow(new TypeError(message));
  });
});
