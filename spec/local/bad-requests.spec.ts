import { connect } from 'node:net';
import { once } from 'node:events';
import { chatBody, post, useLocalServer } from './local-server.js';

const url = useLocalServer();
const error = (message: string, param: string | null, code: string | null): object => ({
  error: { message: expect.stringContaining(message) as string, type: 'invalid_request_error', param, code },
});
const missing = 'missing_required_parameter';
const invalid = 'invalid_value';
const user = { role: 'user', content: 'Hello' };

it.each<[string, unknown, string, string | null, string]>([
  ['no object', [], 'The body must be a JSON object', null, invalid],
  ['null', null, 'The body must be a JSON object', null, invalid],
  ['no model', { messages: [user] }, "'model' is missing", 'model', missing],
  ['a model that is no text', { model: 4, messages: [user] }, "'model' must be the name", 'model', invalid],
  ['no messages', { model: 'echo' }, "'messages' is missing", 'messages', missing],
  ['messages that are no list', { model: 'echo', messages: 'hi' }, 'must be a non-empty array', 'messages', invalid],
  ['no message', { model: 'echo', messages: [] }, 'must be a non-empty array', 'messages', invalid],
  ['a message that is text', { model: 'echo', messages: ['hi'] }, 'must be an object', 'messages[0]', invalid],
  [
    'a message without role',
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
  ['no content', { model: 'echo', messages: [{ role: 'user' }] }, 'is missing', 'messages[0].content', missing],
  ['null for content', chatBody(null), 'a string or an array of parts', 'messages[0].content', invalid],
  ['a number for content', chatBody(4), 'a string or an array of parts', 'messages[0].content', invalid],
  ['a part that is text', chatBody(['hi']), 'an object with a type', 'messages[0].content[0]', invalid],
  ['a part without type', chatBody([{ text: 'hi' }]), 'a string', 'messages[0].content[0].type', missing],
  ['text without text', chatBody([{ type: 'text' }]), 'a string', 'messages[0].content[0].text', missing],
  [
    'the answer of no tool',
    { model: 'echo', messages: [{ role: 'tool', content: '4' }] },
    'is missing',
    'messages[0].tool_call_id',
    missing,
  ],
  ['a stream that is no flag', chatBody('', { stream: 'yes' }), 'must be true or false', 'stream', invalid],
  ['stream options without stream', chatBody('', { stream_options: {} }), 'only allowed with', 'stream_options', null],
  [
    'a usage flag that is none',
    chatBody('', { stream: true, stream_options: { include_usage: 1 } }),
    'must be true or false',
    'stream_options.include_usage',
    invalid,
  ],
  ['half a token', chatBody('', { max_tokens: 0.5 }), 'a whole number', 'max_tokens', invalid],
  ['no token', chatBody('', { max_completion_tokens: 0 }), '1 or more', 'max_completion_tokens', invalid],
] as [string, unknown, string, string | null, string][])(
  'chat refuses %s, and names the field',
  async (_, body, ...expected) => {
    const response = await post(`${url()}/chat/completions`, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(error(...expected));
  },
);

it.each<[string, unknown, string, string | null, string]>([
  ['no prompt', { model: 'echo' }, "'prompt' is missing", 'prompt', missing],
  ['token ids', { model: 'echo', prompt: [1, 2] }, 'knows no token ids', 'prompt', invalid],
  ['several prompts', { model: 'echo', prompt: ['a', 'b'] }, 'an array of one string', 'prompt', invalid],
  ['no model', { prompt: 'Once' }, "'model' is missing", 'model', missing],
])('completions refuse %s, and name the field', async (_, body, ...expected) => {
  const response = await post(`${url()}/completions`, body);

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual(error(...expected));
});

it.each(['', '{"model":', 'hello', '\uFEFF', '['.repeat(100_000)])('refuses a body that is not JSON', async (body) => {
  const response = await post(`${url()}/chat/completions`, body);

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual(error('The body is not valid JSON', null, null));
});

it.each(['chat/completions', 'completions'])('%s answers 404 for a model there is not', async (path) => {
  const response = await post(`${url()}/${path}`, chatBody('Hello', { model: 'gpt-9', prompt: 'Hello', stream: true }));

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual(
    error("There is no model 'gpt-9' here. The models are: docs, echo.", 'model', 'model_not_found'),
  );
});

it.each(['/v1', '/v1/', '/v1/responses', '/v1/models/', '//', '/v1/chat/completions/', '/%'])(
  'answers 404 for %s, and names the paths there are',
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
])('answers 405 for %s %s, and names what is allowed', async (method, path, allowed) => {
  const response = await fetch(url() + path, { method });

  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe(allowed);
  expect(await response.json()).toEqual(error(`does not take ${method}`, null, 'method_not_allowed'));
});

it('answers 413 for a body that is too large', async () => {
  const response = await post(`${url()}/chat/completions`, chatBody('a'.repeat(5_000_000)));

  expect(response.status).toBe(413);
  expect(await response.json()).toEqual(error('this server reads up to 4194304', null, 'request_too_large'));
});

it('answers a body of almost that size', async () => {
  const response = await post(`${url()}/chat/completions`, chatBody('a'.repeat(4_000_000)));

  expect(response.status).toBe(200);
  await response.text();
});

it.each([
  ['no HTTP', 'hello\r\n\r\n'],
  ['a body that breaks off', 'POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"model"'],
  ['a strange target', 'GET * HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['an absolute target', 'GET http://x/v1/models HTTP/1.1\r\nhost: x\r\n\r\n'],
])('survives %s', async (_, bytes) => {
  const socket = connect(Number(new URL(url()).port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume().end(bytes);
  await once(socket, 'close');

  expect((await fetch(`${url()}/models`)).status).toBe(200);
});
