import { of } from 'rxjs';
import type { LocalModelRequest } from '../../src/local/index.js';
import { post, useLocalServer, type Fields } from './local-server.js';

describe('the input of a response', () => {
  const asked: LocalModelRequest[] = [];
  const url = useLocalServer({
    models: {
      recorder: (request) => {
        asked.push(request);
        return of(
          request.messages.at(-1)?.content === 'call'
            ? { tool_calls: [{ id: 'c1', function: { name: 'f' } }] }
            : 'Fine.',
        );
      },
    },
  });
  const send = (fields: Fields): Promise<Response> => post(`${url()}/responses`, { model: 'recorder', ...fields });
  const respond = async (fields: Fields): Promise<{ id: string; output: { id: string }[] }> =>
    (await (await send(fields)).json()) as { id: string; output: { id: string }[] };
  const lastAsked = (): LocalModelRequest => asked.at(-1)!;

  it('as text is one user message, after the instructions', async () => {
    const body = { model: 'recorder', input: 'Hello', instructions: 'Be brief.', temperature: 0 };
    await respond(body);

    expect(lastAsked()).toEqual({
      operation: 'responses',
      model: 'recorder',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
      prompt: 'Hello',
      tools: [],
      mustCall: false,
      body,
    });
  });

  it('as items is the conversation in the form of chat', async () => {
    await respond({
      input: [
        { role: 'developer', content: 'Be kind.' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is' },
            { type: 'input_image', image_url: 'https://example.com/a.png' },
            { type: 'input_text', text: 'this?' },
          ],
        },
        { id: 'rs_1', type: 'reasoning', summary: [] },
        { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I ask.' }] },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'shell', input: 'ls' },
        { type: 'function_call_output', call_id: 'c1', output: 'a cat' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'a dog' }] },
        { type: 'function_call', call_id: 'c3', name: 'look', arguments: '{"again":1}' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      ],
    });

    expect(lastAsked().prompt).toBe('What is\nthis?');
    expect(lastAsked().messages).toEqual([
      { role: 'developer', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is' },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'auto' } },
          { type: 'text', text: 'this?' },
        ],
      },
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'I ask.' }],
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } },
          { id: 'c2', type: 'custom', custom: { name: 'shell', input: 'ls' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'a dog' }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c3', type: 'function', function: { name: 'look', arguments: '{"again":1}' } }],
      },
    ]);
  });

  it('follows the stored conversation of previous_response_id, without its instructions', async () => {
    const first = await respond({ input: 'call', instructions: 'Be brief.' });
    const output = { type: 'function_call_output', call_id: 'c1', output: 'sunny' };
    const second = await respond({ input: [output], previous_response_id: first.id });
    await respond({ previous_response_id: second.id });

    expect(lastAsked().messages).toEqual([
      { role: 'user', content: 'call' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      { role: 'assistant', content: [{ type: 'text', text: 'Fine.' }] },
    ]);
  });

  it('may refer to an item that the server stored', async () => {
    const { output } = await respond({ input: 'Hello' });
    await respond({ input: [{ type: 'item_reference', id: output[0]!.id }, { id: output[0]!.id }] });

    const message = { role: 'assistant', content: [{ type: 'text', text: 'Fine.' }] };
    expect(lastAsked().messages).toEqual([message, message]);
  });

  const missing = 'missing_required_parameter';
  const invalid = 'invalid_value';
  const moved = 'unsupported_parameter';

  it.each<[string, unknown, string, string | null, string | null]>([
    ['a list', [], 'The body must be a JSON object', null, invalid],
    ['a missing model', { input: 'Hello' }, "'model' is missing", 'model', missing],
    ['a missing input', { model: 'echo' }, "'input' is missing", 'input', missing],
    ['messages', { model: 'echo', messages: [] }, "'input' instead", 'messages', moved],
    ['max_tokens', { model: 'echo', input: 'Hi', max_tokens: 5 }, "'max_output_tokens' instead", 'max_tokens', moved],
    [
      'a response_format',
      { model: 'echo', input: 'Hi', response_format: { type: 'json_object' } },
      "'text.format' instead",
      'response_format',
      moved,
    ],
    ['a number for input', { model: 'echo', input: 4 }, 'a string or an array of items', 'input', invalid],
    ['a string for an item', { model: 'echo', input: ['hi'] }, 'must be an object', 'input[0]', invalid],
    ['an item without role and type', { model: 'echo', input: [{}] }, 'beside a role', 'input[0].type', missing],
    [
      'an unknown role',
      { model: 'echo', input: [{ role: 'pirate', content: 'Arr' }] },
      'one of user, assistant',
      'input[0].role',
      invalid,
    ],
    ['a message without content', { model: 'echo', input: [{ role: 'user' }] }, 'missing', 'input[0].content', missing],
    [
      'a part without text',
      { model: 'echo', input: [{ role: 'user', content: [{ type: 'input_text' }] }] },
      'missing',
      'input[0].content[0].text',
      missing,
    ],
    [
      'an output without the id of its call',
      {
        model: 'echo',
        input: [
          { role: 'user', content: '' },
          { type: 'function_call_output', output: '4' },
        ],
      },
      'missing',
      'input[1].call_id',
      missing,
    ],
    [
      'a call without arguments',
      { model: 'echo', input: [{ type: 'function_call', call_id: 'c', name: 'f' }] },
      'missing',
      'input[0].arguments',
      missing,
    ],
    ['a string for stream', { model: 'echo', input: '', stream: 'yes' }, 'true or false', 'stream', invalid],
    ['a number for background', { model: 'echo', input: '', background: 1 }, 'true or false', 'background', invalid],
    [
      '0 for max_output_tokens',
      { model: 'echo', input: '', max_output_tokens: 0 },
      '1 or',
      'max_output_tokens',
      invalid,
    ],
    ['a list of instructions', { model: 'echo', input: '', instructions: [] }, 'a string', 'instructions', invalid],
    ['a conversation', { model: 'echo', input: '', conversation: 'conv_1' }, 'left out', 'conversation', invalid],
    ['a stored prompt', { model: 'echo', input: '', prompt: { id: 'p' } }, 'left out', 'prompt', invalid],
    [
      'an unknown previous response',
      { model: 'echo', input: '', previous_response_id: 'resp_0' },
      "no finished response with the id 'resp_0'",
      'previous_response_id',
      'previous_response_not_found',
    ],
  ])('is refused for %s, and the error names the field', async (_, body, message, param, code) => {
    const response = await post(`${url()}/responses`, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message: expect.stringContaining(message) as string, type: 'invalid_request_error', param, code },
    });
  });

  it('is a 404 for a reference to an unknown item', async () => {
    const response = await send({ input: [{ type: 'item_reference', id: 'msg_0' }] });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { param: 'input' } });
  });
});
