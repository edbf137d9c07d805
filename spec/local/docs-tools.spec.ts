import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';
import { ask, readResponseEvents, textOf } from './response-stream.js';

describe('the docs model with tools', () => {
  const url = useLocalServer();
  const question = 'How do I retry?';
  const parameters = { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] };
  const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const intro = 'I am not a language model: I quote what the tools answered.';

  type Api = 'chat' | 'responses';
  const functionTool = (api: Api, name: string, schema: object = parameters): object => {
    const fields = { name, parameters: schema };
    return { type: 'function', ...(api === 'chat' ? { function: fields } : fields) };
  };
  const send = (api: Api, fields: Fields): Promise<Response> =>
    api === 'chat'
      ? post(`${url()}/chat/completions`, chatBody(question, { model: 'docs', ...fields }))
      : ask(url(), 'docs', { input: question, ...fields });

  interface Answer {
    readonly text: string;
    readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  }
  interface Called {
    readonly name: string;
    readonly arguments: string;
  }
  const toCall = ({ name, arguments: given }: Called): Answer['calls'][number] => ({
    name,
    arguments: JSON.parse(given) as unknown,
  });

  async function readAnswer(api: Api, response: Response): Promise<Answer> {
    const body = (await response.json()) as {
      readonly choices: readonly [
        {
          readonly message: { readonly content: string | null; readonly tool_calls?: readonly { function: Called }[] };
        },
      ];
      readonly output: readonly ({ readonly type: string; readonly content?: readonly { text: string }[] } & Called)[];
    };
    if (api === 'chat') {
      const [{ message }] = body.choices;
      return {
        text: message.content ?? '',
        calls: (message.tool_calls ?? []).map((call) => toCall(call.function)),
      };
    }
    return {
      text: body.output.flatMap(({ content = [] }) => content.map(({ text }) => text)).join(''),
      calls: body.output.filter(({ type }) => type === 'function_call').map(toCall),
    };
  }

  /** A conversation in which tools answered a question. */
  function answered(api: Api, ...results: readonly string[]): Fields {
    const asked = { role: 'user', content: question };
    const calls = results.map((_, index) => ({
      id: `call_${index}`,
      type: 'function',
      function: { name: 'search_docs', arguments: '{}' },
    }));
    return api === 'chat'
      ? {
          messages: [
            asked,
            { role: 'assistant', content: null, tool_calls: calls },
            ...results.map((content, index) => ({ role: 'tool', tool_call_id: `call_${index}`, content })),
          ],
        }
      : {
          input: [
            asked,
            ...calls.map(({ id, function: called }) => ({ type: 'function_call', call_id: id, ...called })),
            ...results.map((output, index) => ({ type: 'function_call_output', call_id: `call_${index}`, output })),
          ],
        };
  }

  describe.each<Api>(['chat', 'responses'])('over %s', (api) => {
    const answer = async (fields: Fields): Promise<Answer> => readAnswer(api, await send(api, fields));
    const search = functionTool(api, 'search_docs');
    const weather = functionTool(api, 'weather', city);
    const chosen = (name: string): object => ({
      type: 'function',
      ...(api === 'chat' ? { function: { name } } : { name }),
    });

    it.each(['search_docs', 'docs_search_docs', 'searchDocs', 'web_search', 'search'])(
      'calls %s with the question',
      async (name) => {
        expect(await answer({ tools: [weather, functionTool(api, name)] })).toEqual({
          text: '',
          calls: [{ name, arguments: { query: question } }],
        });
      },
    );

    it('calls search_docs rather than another search', async () => {
      const { calls } = await answer({ tools: [functionTool(api, 'web_search'), search] });

      expect(calls).toMatchObject([{ name: 'search_docs' }]);
    });

    it.each<[string, Fields]>([
      ['without tools', {}],
      [
        'with tools that do not fit',
        { tools: [weather, functionTool(api, 'research'), functionTool(api, 'search', city)] },
      ],
      ['with tool_choice none', { tools: [search], tool_choice: 'none' }],
    ])('quotes this documentation %s', async (_, fields) => {
      const { text, calls } = await answer(fields);

      expect(calls).toEqual([]);
      expect(text).toContain('I search the documentation of rxllm');
    });

    it('calls the tool that tool_choice names, the question in place of its texts', async () => {
      const schema = {
        type: 'object',
        properties: {
          city: { type: 'string' },
          days: { type: 'integer', minimum: 1 },
          unit: { enum: ['celsius', 'kelvin'] },
          kind: { const: 'forecast' },
          place: { type: 'object', properties: { hills: { type: 'boolean' } }, required: ['hills'] },
          tags: { type: 'array', items: { type: 'string' } },
          limit: { anyOf: [{ type: 'number' }, { type: 'null' }] },
          note: { type: ['string', 'null'] },
          amount: { oneOf: [{ type: 'number' }] },
          optional: { type: 'string' },
        },
        required: ['city', 'days', 'unit', 'kind', 'place', 'tags', 'limit', 'note', 'amount'],
      };
      const tools = [search, functionTool(api, 'weather', schema)];

      expect(await answer({ tools, tool_choice: chosen('weather') })).toEqual({
        text: '',
        calls: [
          {
            name: 'weather',
            arguments: {
              city: question,
              days: 1,
              unit: 'celsius',
              kind: 'forecast',
              place: { hills: false },
              tags: [],
              limit: null,
              note: null,
              amount: 0,
            },
          },
        ],
      });
    });

    it('calls the tool that fits if it must call one, else the first', async () => {
      const required = { tool_choice: 'required' };

      expect((await answer({ tools: [weather, search], ...required })).calls).toMatchObject([{ name: 'search_docs' }]);
      expect((await answer({ tools: [weather], ...required })).calls).toMatchObject([{ name: 'weather' }]);
      expect((await answer({ tools: [search], ...answered(api, 'x'), ...required })).calls).toHaveLength(1);
    });

    it.each([
      ['text', 'Use `retryTransient`.\n\nIt waits.', 'Use `retryTransient`.\n\nIt waits.'],
      ['a JSON text', '"Use it."', 'Use it.'],
      [
        'a list',
        '["One.", {"title": "Two", "score": 2, "more": {"a": null}}]',
        'One.\n\ntitle: Two\nscore: 2\nmore: {"a":null}',
      ],
      ['a number', '42', '42'],
    ])('quotes a result that is %s', async (_, result, quoted) => {
      expect(await answer({ tools: [search], ...answered(api, result) })).toEqual({
        text: `${intro}\n\n**search_docs**\n\n${quoted}`,
        calls: [],
      });
    });

    it.each(['', ' \n', 'null', '[]', '{}', '""'])('says that nothing was found for the result %j', async (result) => {
      expect((await answer(answered(api, result))).text).toBe(`${intro}\n\n**search_docs** found nothing.`);
    });

    it.each([
      ['Error: no index', 'Error: no index'],
      ['TimeoutError: too late', 'TimeoutError: too late'],
      ['{"error": "no index"}', 'no index'],
      ['{"error": {"message": "no index", "code": 5}}', 'message: no index\ncode: 5'],
    ])('says that the call failed for the result %j', async (result, reason) => {
      expect((await answer(answered(api, result))).text).toBe(`${intro}\n\n**search_docs** failed.\n\n${reason}`);
    });

    it('quotes the results of all calls', async () => {
      expect((await answer(answered(api, 'One.', 'Two.'))).text).toBe(
        `${intro}\n\n**search_docs**\n\nOne.\n\n**search_docs**\n\nTwo.`,
      );
    });

    it('quotes the beginning of a long result', async () => {
      const { text } = await answer(answered(api, 'again and again\n\n'.repeat(400)));

      expect(text.length).toBeLessThan(3000);
      expect(text).toMatch(/again\n\n\(The rest is left out\.\)$/u);
    });

    it('searches again for the next question', async () => {
      const [field, earlier] = Object.entries(answered(api, 'One.'))[0]!;
      const next = [
        ...(earlier as readonly object[]),
        { role: 'assistant', content: 'One.' },
        { role: 'user', content: ' And deadlines? ' },
      ];

      expect((await answer({ tools: [search], [field]: next })).calls).toEqual([
        { name: 'search_docs', arguments: { query: 'And deadlines?' } },
      ]);
    });
  });

  it('streams a call over chat like a hosted model, and counts it', async () => {
    const { objects } = await readEvents(
      await send('chat', {
        tools: [functionTool('chat', 'search_docs')],
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    const choices = objects.flatMap((chunk) => chunk['choices'] as readonly Fields[]);
    const part = (text: string): object => ({ tool_calls: [{ index: 0, function: { arguments: text } }] });

    expect(choices.map(({ delta }) => delta)).toEqual([
      { role: 'assistant', content: null },
      {
        tool_calls: [
          {
            index: 0,
            id: expect.stringMatching(/^call_/u) as string,
            type: 'function',
            function: { name: 'search_docs', arguments: '' },
          },
        ],
      },
      ...['{"', 'query', '":"', 'How', ' do', ' I', ' retry', '?"}'].map(part),
      {},
    ]);
    expect(choices.map(({ finish_reason }) => finish_reason)).toEqual([...Array<null>(10).fill(null), 'tool_calls']);
    expect(objects.at(-1)).toMatchObject({ usage: { prompt_tokens: 5, completion_tokens: 9 } });
  });

  it('streams a call over responses, then answers from the result that follows it', async () => {
    const tools = [functionTool('responses', 'search_docs')];
    const events = await readResponseEvents(await send('responses', { tools, stream: true }));
    const { id, output } = events.at(-1)!['response'] as { id: string; output: readonly [{ call_id: string }] };
    const done = events.find(({ type }) => type === 'response.function_call_arguments.done');
    const result = { type: 'function_call_output', call_id: output[0].call_id, output: 'Wait.' };
    const next = await readResponseEvents(
      await send('responses', { tools, previous_response_id: id, input: [result], stream: true }),
    );

    expect(done).toMatchObject({ name: 'search_docs', arguments: `{"query":"${question}"}` });
    expect(events.at(-1)).toMatchObject({ response: { status: 'completed', usage: { output_tokens: 9 } } });
    expect(textOf(next)).toBe(`${intro}\n\n**search_docs**\n\nWait.`);
  });

  it('answers an empty prompt without a call', async () => {
    const { calls } = await readAnswer(
      'chat',
      await send('chat', {
        messages: [{ role: 'user', content: ' ' }],
        tools: [functionTool('chat', 'search_docs')],
      }),
    );

    expect(calls).toEqual([]);
  });

  it('gives a custom tool the question as its input', async () => {
    const tools = [{ type: 'custom', custom: { name: 'shell' } }];
    const response = await send('chat', { tools, tool_choice: 'required' });

    expect(await response.json()).toMatchObject({
      choices: [{ message: { tool_calls: [{ type: 'custom', custom: { name: 'shell', input: question } }] } }],
    });
  });

  it('quotes a result whose call is unknown', async () => {
    const { text } = await readAnswer(
      'responses',
      await send('responses', { input: [{ type: 'function_call_output', call_id: 'lost', output: 'Found.' }] }),
    );

    expect(text).toBe(`${intro}\n\n**The tool**\n\nFound.`);
  });
});
