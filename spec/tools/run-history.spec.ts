import { type Observable, of } from 'rxjs';
import { OutputError, type ResponseOutputItem, runTools, tool } from '../../src/index.js';
import { chunksOf, fakeClient, finishChunk, responseEvents, toolCallChunk } from '../../src/testing/index.js';
import { chatChunk } from '../support/chunks.js';
import { callItem, numbered, reasoningItem, state } from '../support/response-events.js';
import { everyApi, linesOf, toolOf } from './run-over.js';

const weather = toolOf('weather', () => 'sunny');

describe.each(everyApi)('the requests of a run over $api', (over) => {
  const { api, clientOf, answerTo } = over;
  const own =
    api === 'chat'
      ? [
          { type: 'function', function: { name: 'search' } },
          { type: 'custom', custom: { name: 'sing' } },
        ]
      : [{ type: 'function', name: 'search' }, { type: 'custom', name: 'sing' }, { type: 'web_search' }];

  it('have the tools of the request, and those that run', () => {
    const client = clientOf(['weather'], 'Fine');
    const parameters = { type: 'object', properties: {} };
    const described = tool({ name: 'a', description: 'A', parameters, run: () => 1 });
    const strict = tool({
      name: 'b',
      parameters: { ...parameters, required: [], additionalProperties: false },
      strict: true,
      run: () => 1,
    });
    over.runTools(client, { request: { tools: own, custom: 7 }, tools: [weather, described, strict] }).subscribe();

    const functions = [
      { name: 'weather', description: undefined, parameters, strict: false },
      { name: 'a', description: 'A', parameters, strict: false },
      { name: 'b', description: undefined, parameters: strict.parameters, strict: true },
    ];
    const sent =
      api === 'chat'
        ? functions.map(({ strict: isStrict, ...fields }) => ({
            type: 'function',
            function: isStrict ? { ...fields, strict: true } : fields,
          }))
        : functions.map((fields) => ({ type: 'function', ...fields }));
    expect(client.requests.map(({ request }) => request)).toMatchObject([
      { model: 'm', custom: 7, tools: [...own, ...sent] },
      { model: 'm', custom: 7, tools: [...own, ...sent] },
    ]);
  });

  it('have no tools if there are none', () => {
    const client = clientOf('Fine');
    over.runTools(client, { tools: [] }).subscribe();

    expect(client.requests[0]!.request).not.toHaveProperty('tools');
  });

  it.each<[string, unknown, unknown]>([
    ['required', 'required', undefined],
    ['any', 'any', undefined],
    ['a function', { type: 'function', name: 'weather', function: { name: 'weather' } }, undefined],
    ['auto', 'auto', 'auto'],
    ['none', 'none', 'none'],
    [
      'a list that forces',
      { type: 'allowed_tools', mode: 'required', tools: [] },
      { type: 'allowed_tools', mode: 'auto', tools: [] },
    ],
    [
      'a list that forces, as in chat',
      { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } },
      { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
    ],
  ])('force a call only in the first: %s', (_title, choice, later) => {
    const client = clientOf(['weather'], 'Fine');
    over.runTools(client, { request: { tool_choice: choice }, tools: [weather] }).subscribe();

    expect(client.requests.map(({ request }) => request['tool_choice'])).toEqual([choice, later]);
  });

  it('end after a turn with calls of the caller, once the others have run', () => {
    const client = clientOf(['search', 'weather', { name: 'sing', custom: true }, 'none']);
    const turns: unknown[] = [];
    const run = over.runTools(client, { request: { tools: own }, tools: [weather] });
    run.subscribe((event) => event.type === 'turn' && turns.push(event));

    expect(turns).toMatchObject([{ open: [{ name: 'search' }, { name: 'sing' }] }]);
    expect((turns as readonly { readonly history: readonly object[] }[])[0]!.history.slice(-2)).toEqual([
      answerTo('weather', 'sunny'),
      answerTo('none', 'There is no tool "none"'),
    ]);
    expect(linesOf(over.runTools(clientOf(['search']), { request: { tools: own }, tools: [], maxTurns: 1 }))).toEqual([
      '0 call search',
      '0 turn open search',
      'complete',
    ]);
  });

  it('are at most maxTurns; the tools of the last one run', () => {
    const run = (maxTurns?: number): readonly string[] => {
      const client = fakeClient(() => over.answer(['weather']));
      return linesOf(over.runTools(client, { tools: [weather], maxTurns })).slice(-4);
    };

    expect(run(2)).toEqual([
      '1 start weather',
      '1 result weather sunny',
      '1 turn',
      'OutputError: The model still calls tools after 2 turns; raise maxTurns if it needs more',
    ]);
    expect(run()).toContain('7 turn');
    const failed = jest.fn();
    over.runTools(clientOf(['weather']), { tools: [weather], maxTurns: 1 }).subscribe({ error: failed });
    expect(failed).toHaveBeenCalledWith(
      expect.objectContaining({ name: 'OutputError', code: 'max_turns', retryable: false }),
    );
  });
});

describe('the requests of a run over chat', () => {
  const request = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] } as const;

  it('leave out a call that the model did not finish', () => {
    const cut = toolCallChunk({ index: 1, id: 'cut', name: 'weather', arguments: '{"city":' });
    const client = fakeClient([
      of(toolCallChunk({ id: 'a', name: 'weather', arguments: '{}' }), cut, chatChunk({})),
      'Fine',
    ]);

    expect(linesOf(runTools(client, { request, tools: [weather] }))).toEqual([
      ...['0 call a', '0 start a', '0 result a sunny', '0 turn', '1 turn', 'complete'],
    ]);
    expect(client.requests[1]!.request.messages).toMatchObject([
      {},
      { tool_calls: [{ id: 'a' }] },
      { role: 'tool', tool_call_id: 'a' },
    ]);
  });

  it.each(['length', 'content_filter'])('stop at an answer that ends with %s, and nothing runs', (reason) => {
    const ran = jest.fn();
    const client = fakeClient([of(toolCallChunk({ id: 'a', name: 'f', arguments: '{}' }), finishChunk(reason))]);
    const seen: unknown[] = [];
    const failed = jest.fn();
    runTools(client, { request, tools: [toolOf('f', ran)] }).subscribe({
      next: ({ type }) => seen.push(type),
      error: failed,
    });

    expect(seen).toEqual(['chunk', 'chunk']);
    expect(failed).toHaveBeenCalledWith(expect.any(OutputError));
    expect(ran).not.toHaveBeenCalled();
  });
});

describe('the requests of a run over responses', () => {
  const calls = (id: string): ReturnType<typeof responseEvents> =>
    responseEvents([{ name: 'weather', arguments: '{}', call_id: 'a' }], { id });
  const output = { type: 'function_call_output', call_id: 'a', output: 'sunny' };
  const completed = (items: readonly object[]): Observable<never> =>
    of(...(numbered(state('in_progress', {}, 'created'), state('completed', { output: items })) as never[]));
  const linesAfter = (items: readonly object[], fields: object = {}): readonly string[] =>
    linesOf(
      runTools(fakeClient([completed(items), 'Fine']), {
        ...{ api: 'responses', request: { model: 'm', input: 'Hello', ...fields }, tools: [weather] },
      }),
    );

  it('name the last response, and send only the answers, after previous_response_id', () => {
    const client = fakeClient([of(...calls('r1')), of(...calls('r2')), 'Fine']);
    const histories: unknown[] = [];
    runTools(client, {
      api: 'responses',
      request: { model: 'm', input: 'Hello', previous_response_id: 'r0', instructions: 'Be brief' },
      tools: [weather],
    }).subscribe((event) => event.type === 'turn' && histories.push(event.history));

    expect(client.requests.map(({ request }) => request)).toMatchObject([
      { input: 'Hello', previous_response_id: 'r0', instructions: 'Be brief' },
      { input: [output], previous_response_id: 'r1', instructions: 'Be brief' },
      { input: [output], previous_response_id: 'r2', instructions: 'Be brief' },
    ]);
    expect(histories).toEqual([[output], [output], []]);
  });

  it.each(['c1', { id: 'c1' }])('send only the answers in a conversation, %p', (conversation) => {
    const client = fakeClient([of(...calls('r1')), 'Fine']);
    runTools(client, {
      api: 'responses',
      request: { model: 'm', input: 'Hello', conversation },
      tools: [weather],
    }).subscribe();

    expect(client.requests[1]!.request).toMatchObject({ input: [output], conversation });
    expect(client.requests[1]!.request).not.toHaveProperty('previous_response_id');
  });

  it('send everything, with encrypted reasoning, if the server keeps nothing', () => {
    const reasoning = { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' } as ResponseOutputItem;
    const events = responseEvents([reasoning, { name: 'weather', arguments: '{}', call_id: 'a' }]);
    const client = fakeClient([of(...events), 'Fine']);
    const request = {
      model: 'm',
      input: [{ role: 'user', content: 'Hello' }],
      store: false,
      include: ['other'],
    } as const;
    runTools(client, { api: 'responses', request, tools: [weather] }).subscribe();

    const include = ['other', 'reasoning.encrypted_content'];
    expect(client.requests.map((asked) => asked.request)).toMatchObject([
      { include, store: false },
      {
        include,
        input: [
          { role: 'user', content: 'Hello' },
          { type: 'reasoning', summary: [], encrypted_content: 'x' },
          { type: 'function_call', call_id: 'a' },
          output,
        ],
      },
    ]);
    expect(client.requests[1]!.request.input).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ id: expect.anything() })]),
    );
  });

  it('do not ask for reasoning with include: null', () => {
    const client = fakeClient(['Fine']);
    runTools(client, { api: 'responses', request: { model: 'm', store: false, include: null }, tools: [] }).subscribe();

    expect(client.requests[0]!.request).toEqual({ model: 'm', store: false, include: null });
  });

  it('leave out a call that the model did not finish, and the reasoning that led to it', () => {
    const items = [
      callItem('a', 'weather', '{}'),
      reasoningItem('Hm'),
      { ...callItem('b', 'weather', '{'), status: 'incomplete' },
    ];
    const client = fakeClient([completed(items), 'Fine']);

    expect(
      linesOf(runTools(client, { api: 'responses', request: { model: 'm', input: 'Hello' }, tools: [weather] })),
    ).toEqual([...['0 call a', '0 start a', '0 result a sunny', '0 turn', '1 turn', 'complete']]);
    expect(client.requests[1]!.request.input).toMatchObject([
      { role: 'user', content: 'Hello' },
      { type: 'function_call', call_id: 'a' },
      output,
    ]);
  });

  it.each<[string, object]>([
    ['the action of a computer', { type: 'computer_call', id: 'cu_1', call_id: 'c1' }],
    ['the output of a shell', { type: 'shell_call', id: 'sh_1', call_id: 'c1' }],
    ['an approval', { type: 'mcp_approval_request', id: 'mcpr_1', name: 'f', arguments: '{}', server_label: 'x' }],
  ])('end after a turn that waits for %s, once its tools have run', (_title, item) => {
    expect(linesAfter([item, callItem('a', 'weather', '{}')])).toEqual([
      ...['0 call a', '0 start a', '0 result a sunny', '0 turn', 'complete'],
    ]);
  });

  it('go on after a command that the server ran by itself', () => {
    const shell = { type: 'shell_call', id: 'sh_1', call_id: 'c1' };
    const shellOutput = { type: 'shell_call_output', id: 'so_1', call_id: 'c1' };

    expect(linesAfter([shell, shellOutput, callItem('a', 'weather', '{}')]).slice(-2)).toEqual(['1 turn', 'complete']);
  });

  it('end after a call of a function in a namespace', () => {
    const tools = [{ type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'search' }] }];

    expect(linesAfter([callItem('a', 'search', '{}')], { tools })).toEqual(['0 call a', '0 turn open a', 'complete']);
  });

  it('stop at a response that is incomplete, and nothing runs', () => {
    const ran = jest.fn();
    const events = responseEvents([{ name: 'f', arguments: '{}' }], { incomplete: 'max_output_tokens' });
    const run = runTools(fakeClient([of(...events)]), {
      api: 'responses',
      request: { model: 'm' },
      tools: [toolOf('f', ran)],
    });

    expect(linesOf(run)).toEqual([expect.stringMatching(/^OutputError: The answer was cut off/u)]);
    expect(ran).not.toHaveBeenCalled();
  });
});

describe('a run over chat with text before its calls', () => {
  it('keeps the text in the history', () => {
    const client = fakeClient([
      of(
        ...chunksOf('Let me see').slice(0, -1),
        toolCallChunk({ id: 'a', name: 'weather', arguments: '{}' }),
        finishChunk('tool_calls'),
      ),
      'Fine',
    ]);
    runTools(client, {
      request: { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
      tools: [weather],
    }).subscribe();

    expect(client.requests[1]!.request.messages?.[1]).toMatchObject({
      content: 'Let me see',
      tool_calls: [{ id: 'a' }],
    });
  });
});
