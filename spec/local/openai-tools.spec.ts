import OpenAI, { RateLimitError } from 'openai';
import type { ResponseInput } from 'openai/resources/responses/responses';
import { of, throwError } from 'rxjs';
import type { LocalModel } from '../../src/local/index.js';
import { useLocalServer } from './local-server.js';

/** The results that a model has been told since the last prompt. */
function resultsOf({ messages }: Parameters<LocalModel>[0]): readonly unknown[] {
  const start = messages.map(({ role }) => role).lastIndexOf('user');
  return messages
    .slice(start)
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content);
}

describe('the openai client with tools', () => {
  const url = useLocalServer({
    models: {
      // Two calls at once, the second of a custom tool, then the answer.
      scripted: (request) => {
        const results = resultsOf(request);
        return results.length > 0
          ? of({ reasoning_content: 'Both are here.' }, results.join(' and '))
          : of('Let me see.', {
              tool_calls: [
                { id: 'call_1', function: { name: 'weather', arguments: { city: 'Bonn' } } },
                { id: 'call_2', custom: { name: 'shell', input: 'date' } },
              ],
            });
      },
      twice: (request) =>
        resultsOf(request).length > 0
          ? of(JSON.stringify(resultsOf(request)))
          : of({
              tool_calls: ['Bonn', 'Rome'].map((city) => ({ function: { name: 'weather', arguments: { city } } })),
            }),
      busyLater: (request) =>
        resultsOf(request).length > 0
          ? throwError(() => ({ status: 429, message: 'Slow down', headers: { 'retry-after': '1' } }))
          : of({ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bonn' } } }] }),
      cut: () =>
        of(
          { tool_calls: [{ function: { name: 'weather', arguments: '{"ci' } }] },
          { finish_reason: 'length' as const },
        ),
    },
  });
  const client = (): OpenAI => new OpenAI({ baseURL: url(), apiKey: 'none', maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'How do I retry?' }];
  const calledWith: unknown[] = [];
  afterEach(() => calledWith.splice(0));

  const tool = (name: string, property: string) => ({
    type: 'function' as const,
    function: {
      name,
      description: '',
      parameters: { type: 'object', properties: { [property]: { type: 'string' } }, required: [property] },
      parse: (text: string): unknown => JSON.parse(text),
      function: (given: unknown): string => {
        calledWith.push(given);
        return `result ${calledWith.length}`;
      },
    },
  });

  describe.each([true, false])('runs tools over chat with stream: %s', (stream) => {
    const run = (model: string, ...tools: readonly ReturnType<typeof tool>[]): Promise<string | null> => {
      const body = { model, messages, tools: [...tools] };
      const runner = stream
        ? client().chat.completions.runTools({ ...body, stream })
        : client().chat.completions.runTools(body);
      return runner.finalContent();
    };

    it('that the docs model calls', async () => {
      expect(await run('docs', tool('weather', 'city'), tool('search_docs', 'query'))).toMatch(
        /\*\*search_docs\*\*\n\nresult 1$/u,
      );
      expect(calledWith).toEqual([{ query: 'How do I retry?' }]);
    });

    it('that a script calls twice at once', async () => {
      expect(await run('twice', tool('weather', 'city'))).toBe('["result 1","result 2"]');
      expect(calledWith).toEqual([{ city: 'Bonn' }, { city: 'Rome' }]);
    });

    it('until the server refuses the second request', async () => {
      await expect(run('busyLater', tool('weather', 'city'))).rejects.toBeInstanceOf(RateLimitError);
    });
  });

  it('reads several calls, also of a custom tool, over chat', async () => {
    const { choices } = await client().chat.completions.create({ model: 'scripted', messages });

    expect(choices).toMatchObject([
      {
        finish_reason: 'tool_calls',
        message: {
          content: 'Let me see.',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bonn"}' } },
            { id: 'call_2', type: 'custom', custom: { name: 'shell', input: 'date' } },
          ],
        },
      },
    ]);
  });

  it('reads a call that was cut', async () => {
    const completion = await client().chat.completions.create({ model: 'cut', messages });
    const response = await client().responses.stream({ model: 'cut', input: 'Hello' }).finalResponse();

    expect(completion.choices[0]?.finish_reason).toBe('length');
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ type: 'function_call', status: 'incomplete', arguments: '{"ci' }],
    });
  });

  describe('over responses', () => {
    const parameters = { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] };
    const tools = [{ type: 'function' as const, name: 'search_docs', parameters, strict: false }];

    it('answers a call of the docs model, with the state of the server or without', async () => {
      const first = await client().responses.stream({ model: 'docs', input: 'How do I retry?', tools }).finalResponse();
      const [call] = first.output;
      const result = {
        type: 'function_call_output' as const,
        call_id: call?.type === 'function_call' ? call.call_id : '',
        output: 'Wait.',
      };
      const ask = async (fields: { input: ResponseInput; previous_response_id?: string }): Promise<string> =>
        (await client().responses.create({ model: 'docs', tools, ...fields })).output_text;

      expect(call).toMatchObject({ name: 'search_docs', arguments: '{"query":"How do I retry?"}' });
      expect(await ask({ input: [result], previous_response_id: first.id })).toMatch(/\n\nWait\.$/u);
      expect(await ask({ input: [...messages, ...(first.output as ResponseInput), result] })).toMatch(/\n\nWait\.$/u);
    });

    it('reads several calls, also of a custom tool, and answers them', async () => {
      const { id, output } = await client().responses.stream({ model: 'scripted', input: 'Hello' }).finalResponse();
      const { output: answer } = await client().responses.create({
        model: 'scripted',
        previous_response_id: id,
        input: [
          { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
          { type: 'custom_tool_call_output', call_id: 'call_2', output: 'today' },
        ],
      });

      expect(output).toMatchObject([
        { type: 'message', content: [{ text: 'Let me see.' }] },
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bonn"}' },
        { type: 'custom_tool_call', call_id: 'call_2', name: 'shell', input: 'date' },
      ]);
      expect(answer).toMatchObject([{ type: 'reasoning' }, { content: [{ text: 'sunny and today' }] }]);
    });
  });
});
