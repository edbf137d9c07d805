import { concat, of, throwError } from 'rxjs';
import type { LocalDelta, LocalExchange } from '../../src/local/index.js';
import { createQueue } from '../support/queue.js';
import { useLocalServer, type Fields } from './local-server.js';
import { ask, readResponseEvents, textOf } from './response-stream.js';

describe('a response', () => {
  const weather: LocalDelta = { tool_calls: [{ id: 'call_1', function: { name: 'weather', arguments: '{"a":1}' } }] };
  const url = useLocalServer({
    models: {
      calling: () => of('Let me look.', weather),
      parts: () =>
        of(
          { tool_calls: [{ index: 1, id: 'b', function: { name: 'late' } }] },
          { tool_calls: [{ index: 0, id: 'a', function: { name: 'early', arguments: '' } }] },
          { tool_calls: [{ function: { arguments: '{"x"' } }] },
          { tool_calls: [{ id: 'b', function: { arguments: '{}' } }] },
          { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
        ),
      custom: () => of({ tool_calls: [{ id: 'c', custom: { name: 'shell', input: 'ls -l' } }] }, 'Done.'),
      legacyCall: () => of({ function_call: { name: 'old', arguments: '{' } }, { function_call: { arguments: '}' } }),
      thinker: () => of({ reasoning_content: 'Hm' }, { reasoning: ', yes' }, { content: 'Yes' }, '.'),
      refuser: () => of('Well: ', { refusal: 'I ' }, { refusal: 'cannot.' }),
      failing: () => throwError(() => ({ status: 429, message: 'Slow down', headers: { 'retry-after': '2' } })),
      breaking: () =>
        concat(
          of('one'),
          throwError(() => new Error('no idea')),
        ),
      wrong: () => of('one', 2) as never,
    },
  });
  const stream = async (model: string, fields: Fields = {}): Promise<Fields[]> =>
    readResponseEvents(await ask(url(), model, { stream: true, ...fields }));
  const answer = async (model: string, fields: Fields = {}): Promise<Fields> =>
    (await (await ask(url(), model, fields)).json()) as Fields;
  const typesOf = (events: readonly Fields[]): unknown[] => events.map(({ type }) => type);
  const id = (prefix: string): string => expect.stringMatching(new RegExp(`^${prefix}_[0-9a-f]{32}$`, 'u')) as string;
  const empty = { annotations: [], logprobs: [] };

  it('is streamed word by word, in numbered events that are named by their type', async () => {
    const events = await stream('echo', { input: 'Hello, world' });
    const place = { item_id: id('msg'), output_index: 0, content_index: 0 };
    const item = { id: id('msg'), type: 'message', role: 'assistant' };
    const part = { type: 'output_text', text: 'Hello, world', ...empty };
    const message = { ...item, status: 'completed', content: [part] };

    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.map(({ sequence_number: _, ...event }) => event)).toEqual([
      { type: 'response.created', response: expect.objectContaining({ status: 'in_progress', output: [] }) as unknown },
      { type: 'response.in_progress', response: events[0]!['response'] },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
      { type: 'response.output_text.delta', ...place, delta: 'Hello', logprobs: [] },
      { type: 'response.output_text.delta', ...place, delta: ',', logprobs: [] },
      { type: 'response.output_text.delta', ...place, delta: ' world', logprobs: [] },
      { type: 'response.output_text.done', ...place, text: 'Hello, world', logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      { type: 'response.output_item.done', output_index: 0, item: message },
      {
        type: 'response.completed',
        response: {
          ...(events[0]!['response'] as Fields),
          status: 'completed',
          completed_at: expect.any(Number) as number,
          output: [message],
          usage: {
            input_tokens: 3,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: 3,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: 6,
          },
        },
      },
    ]);
    expect(new Set(events.flatMap(({ item_id }) => item_id ?? [])).size).toBe(1);
  });

  it('without a stream is one object, which repeats what was asked', async () => {
    const response = await answer('echo', {
      instructions: 'Be brief.',
      temperature: 0.5,
      tools: [{ type: 'function', name: 'weather', parameters: {} }],
      metadata: { user: 'me' },
    });

    expect(response).toMatchObject({
      id: id('resp'),
      object: 'response',
      created_at: expect.any(Number) as number,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: 'Be brief.',
      model: 'echo',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
      previous_response_id: null,
      store: true,
      temperature: 0.5,
      tools: [{ type: 'function', name: 'weather', parameters: {} }],
      metadata: { user: 'me' },
      usage: { input_tokens: 4, output_tokens: 1, total_tokens: 5 },
    });
  });

  it('holds a call as an item of its own, after the text before it', async () => {
    const events = await stream('calling');
    const call = { id: id('fc'), type: 'function_call', call_id: 'call_1', name: 'weather' };

    expect(typesOf(events).slice(-10)).toEqual([
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.at(-9)).toMatchObject({ output_index: 1, item: { ...call, status: 'in_progress', arguments: '' } });
    expect(events.at(-8)).toMatchObject({ item_id: id('fc'), output_index: 1, delta: '{"' });
    expect(events.at(-3)).toMatchObject({ output_index: 1, name: 'weather', arguments: '{"a":1}' });
    expect(events.at(-1)).toMatchObject({
      response: {
        status: 'completed',
        output: [
          { type: 'message', content: [{ text: 'Let me look.' }] },
          { ...call, status: 'completed', arguments: '{"a":1}' },
        ],
      },
    });
  });

  it('holds calls whose parts come by turns', async () => {
    const events = await stream('parts');
    const done = events.filter(({ type }) => type === 'response.function_call_arguments.done');

    expect(done).toMatchObject([
      { output_index: 0, arguments: '{}' },
      { output_index: 1, arguments: '{"x":1}' },
    ]);
    expect(events.at(-1)).toMatchObject({
      response: {
        output: [
          { call_id: 'b', name: 'late', arguments: '{}' },
          { call_id: 'a', name: 'early', arguments: '{"x":1}' },
        ],
      },
    });
  });

  it('holds calls of custom tools and the deprecated form of a call', async () => {
    expect(await answer('custom')).toMatchObject({
      output: [
        { id: id('ctc'), type: 'custom_tool_call', call_id: 'c', name: 'shell', input: 'ls -l' },
        { type: 'message', content: [{ text: 'Done.' }] },
      ],
    });
    expect(typesOf(await stream('custom'))).toContain('response.custom_tool_call_input.done');
    expect(await answer('legacyCall')).toMatchObject({
      output: [{ type: 'function_call', call_id: id('call'), name: 'old', arguments: '{}' }],
    });
  });

  it('holds reasoning as an item and counts it', async () => {
    const events = await stream('thinker');

    expect(typesOf(events).slice(2, 9)).toEqual([
      'response.output_item.added',
      'response.content_part.added',
      'response.reasoning_text.delta',
      'response.reasoning_text.delta',
      'response.reasoning_text.done',
      'response.content_part.done',
      'response.output_item.done',
    ]);
    expect(events.at(-1)).toMatchObject({
      response: {
        output: [
          { id: id('rs'), type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm, yes' }] },
          { type: 'message', content: [{ text: 'Yes.' }] },
        ],
        usage: { output_tokens: 4, output_tokens_details: { reasoning_tokens: 2 } },
      },
    });
  });

  it('holds a refusal as a part of its message', async () => {
    const events = await stream('refuser');

    expect(events.find(({ type }) => type === 'response.refusal.done')).toMatchObject({
      content_index: 1,
      refusal: 'I cannot.',
    });
    expect(events.at(-1)).toMatchObject({
      response: { output: [{ content: [{ text: 'Well: ' }, { type: 'refusal', refusal: 'I cannot.' }] }] },
    });
  });

  it('is incomplete after max_output_tokens', async () => {
    const events = await stream('calling', { max_output_tokens: 3 });
    const incomplete = {
      status: 'incomplete',
      completed_at: null,
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'completed' }, { status: 'incomplete', arguments: '{"' }],
      usage: { output_tokens: 3 },
    };

    expect(events.at(-1)).toMatchObject({ type: 'response.incomplete', response: incomplete });
    expect(await answer('calling', { max_output_tokens: 3 })).toMatchObject(incomplete);
  });

  it.each([true, false])('of a model that fails at once gets its status, with stream: %s', async (isStream) => {
    const response = await ask(url(), 'failing', { stream: isStream });

    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toEqual({
      error: { message: 'Slow down', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    });
  });

  it.each([
    ['breaking', "The model 'breaking' failed: no idea"],
    ['wrong', "The model 'wrong' failed: a model must emit strings or chat deltas"],
  ])('of a model that fails after some text (%s) ends with an error and response.failed', async (model, message) => {
    const events = await stream(model);

    expect(textOf(events)).toBe('one');
    expect(events.slice(-2)).toMatchObject([
      { type: 'error', error: { message, type: 'server_error', param: null, code: null } },
      { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message } } },
    ]);
    expect((await ask(url(), model)).status).toBe(500);
  });

  it('of an unknown model is a 404', async () => {
    const response = await ask(url(), 'gpt-9', { stream: true });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { param: 'model', code: 'model_not_found' } });
  });

  describe('of a limited server with a key', () => {
    const exchanges = createQueue<LocalExchange>();
    const limited = useLocalServer({
      key: 'sk-local',
      rateLimit: { requests: 1, window: 60_000 },
      onExchange: exchanges.put,
    });
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${limited()}/responses`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ model: 'echo', input: 'Hello' }),
      });

    it('needs the key, counts as a request, and is reported with its model', async () => {
      const headers = { authorization: 'Bearer sk-local' };
      const path = '/v1/responses';

      expect((await post({})).status).toBe(401);
      expect((await post(headers)).status).toBe(200);
      expect((await post(headers)).status).toBe(429);
      expect(await exchanges.take()).toMatchObject({ path, status: 401 });
      expect(await exchanges.take()).toMatchObject({ path, model: 'echo', status: 200, outcome: 'answered' });
    });
  });
});
