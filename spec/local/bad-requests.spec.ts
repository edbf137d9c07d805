import { connect } from 'node:net';
import { once } from 'node:events';
import { chatBody, post, useLocalServer } from './local-server.js';

describe('a request', () => {
  const url = useLocalServer();
  const error = (message: string, param: string | null, code: string | null): object => ({
    error: { message: expect.stringContaining(message) as string, type: 'invalid_request_error', param, code },
  });
  const missing = 'missing_required_parameter';
  const invalid = 'invalid_value';
  const user = { role: 'user', content: 'Hello' };

  it.each<[string, unknown, string, string | null, string]>([
    ['a list', [], 'The body must be a JSON object', null, invalid],
    ['null', null, 'The body must be a JSON object', null, invalid],
    ['a missing model', { messages: [user] }, "'model' is missing", 'model', missing],
    ['a number for the model', { model: 4, messages: [user] }, "'model' must be the name", 'model', invalid],
    ['missing messages', { model: 'echo' }, "'messages' is missing", 'messages', missing],
    ['a string for messages', { model: 'echo', messages: 'hi' }, 'must be a non-empty array', 'messages', invalid],
    ['an empty list of messages', { model: 'echo', messages: [] }, 'must be a non-empty array', 'messages', invalid],
    ['a string for a message', { model: 'echo', messages: ['hi'] }, 'must be an object', 'messages[0]', invalid],
    [
      'a message without a role',
      { model: 'echo', messages: [user, { content: 'Hello' }] },
      "'messages[1].role' is missing: it must be one of system, developer, user",
      'messages[1].role',
      missing,
    ],
    [
      'an unknown role',
      { model: 'echo', messages: [{ role: 'pirate', content: 'Arr' }] },
      "'messages[0].role' must be one of",
      'messages[0].role',
      invalid,
    ],
    [
      'a message without content',
      { model: 'echo', messages: [{ role: 'user' }] },
      'is missing',
      'messages[0].content',
      missing,
    ],
    [
      'a user message with null for content',
      chatBody(null),
      'a string or an array of parts',
      'messages[0].content',
      invalid,
    ],
    ['a number for content', chatBody(4), 'a string or an array of parts', 'messages[0].content', invalid],
    ['a string for a part', chatBody(['hi']), 'an object with a type', 'messages[0].content[0]', invalid],
    ['a part without a type', chatBody([{ text: 'hi' }]), 'a string', 'messages[0].content[0].type', missing],
    ['a text part without text', chatBody([{ type: 'text' }]), 'a string', 'messages[0].content[0].text', missing],
    [
      'a tool message without a call id',
      { model: 'echo', messages: [{ role: 'tool', content: '4' }] },
      'is missing',
      'messages[0].tool_call_id',
      missing,
    ],
    ['a string for stream', chatBody('', { stream: 'yes' }), 'must be true or false', 'stream', invalid],
    [
      'stream options without a stream',
      chatBody('', { stream_options: {} }),
      'only allowed with',
      'stream_options',
      null,
    ],
    [
      'a number for include_usage',
      chatBody('', { stream: true, stream_options: { include_usage: 1 } }),
      'must be true or false',
      'stream_options.include_usage',
      invalid,
    ],
    ['a fraction for max_tokens', chatBody('', { max_tokens: 0.5 }), 'a whole number', 'max_tokens', invalid],
    [
      '0 for max_completion_tokens',
      chatBody('', { max_completion_tokens: 0 }),
      '1 or more',
      'max_completion_tokens',
      invalid,
    ],
  ] as [string, unknown, string, string | null, string][])(
    'to chat is refused for %s, and the error names the field',
    async (_, body, ...expected) => {
      const response = await post(`${url()}/chat/completions`, body);

      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(error(...expected));
    },
  );

  it.each<[string, unknown, string, string | null, string]>([
    ['a missing prompt', { model: 'echo' }, "'prompt' is missing", 'prompt', missing],
    ['token ids', { model: 'echo', prompt: [1, 2] }, 'knows no token ids', 'prompt', invalid],
    ['several prompts', { model: 'echo', prompt: ['a', 'b'] }, 'an array of one string', 'prompt', invalid],
    ['a missing model', { prompt: 'Once' }, "'model' is missing", 'model', missing],
  ])('to completions is refused for %s, and the error names the field', async (_, body, ...expected) => {
    const response = await post(`${url()}/completions`, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(error(...expected));
  });

  it.each([
    ['is empty', ''],
    ['ends early', '{"model":'],
    ['is plain text', 'hello'],
    ['is a byte order mark', '\uFEFF'],
    ['is nested too deeply', '['.repeat(100_000)],
  ])('is refused if its body %s, since it is not JSON', async (_, body) => {
    const response = await post(`${url()}/chat/completions`, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(error('The body is not valid JSON', null, null));
  });

  it.each(['chat/completions', 'completions'])('to %s gets a 404 for an unknown model', async (path) => {
    const response = await post(
      `${url()}/${path}`,
      chatBody('Hello', { model: 'gpt-9', prompt: 'Hello', stream: true }),
    );

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual(
      error("There is no model 'gpt-9' here. The models are: docs, echo.", 'model', 'model_not_found'),
    );
  });

  it.each(['/v1', '/v1/', '/v1/responses/', '/v1/models/', '//', '/v1/chat/completions/', '/%'])(
    'to the unknown path %s gets a 404 that lists the known ones',
    async (path) => {
      const response = await fetch(new URL(url()).origin + path);

      expect(response.status).toBe(404);
      expect(await response.json()).toEqual(error('POST /v1/chat/completions', null, 'unknown_url'));
    },
  );

  it.each([
    ['GET', '/chat/completions', 'POST, OPTIONS'],
    ['PUT', '/completions', 'POST, OPTIONS'],
    ['DELETE', '/models/echo', 'GET, HEAD, OPTIONS'],
    ['POST', '/models', 'GET, HEAD, OPTIONS'],
  ])('with the wrong method, %s %s, gets a 405 that lists the allowed ones', async (method, path, allowed) => {
    const response = await fetch(url() + path, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed);
    expect(await response.json()).toEqual(error(`does not accept ${method}`, null, 'method_not_allowed'));
  });

  it('gets a 413 for a body that is too large', async () => {
    const response = await post(`${url()}/chat/completions`, chatBody('a'.repeat(5_000_000)));

    expect(response.status).toBe(413);
    expect(await response.json()).toEqual(error('this server reads up to 4194304', null, 'request_too_large'));
  });

  it('is answered with a body just below that size', async () => {
    const response = await post(`${url()}/chat/completions`, chatBody('a'.repeat(4_000_000)));

    expect(response.status).toBe(200);
    await response.text();
  });

  it.each([
    ['bytes that are not HTTP', 'hello\r\n\r\n'],
    ['a body that ends early', 'POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"model"'],
    ['an asterisk as its target', 'GET * HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['an absolute URL as its target', 'GET http://x/v1/models HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('does not stop the server if it has %s', async (_, bytes) => {
    const socket = connect(Number(new URL(url()).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.resume().end(bytes);
    await once(socket, 'close');

    expect((await fetch(`${url()}/models`)).status).toBe(200);
  });
});
