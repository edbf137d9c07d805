import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { catchError, lastValueFrom, map, of } from 'rxjs';
import type { Message } from '../../src/chunks/message.js';
import { createClient, fetchTransport, isLlmError, toMessage, type Transport } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';

/** The outcome of a recording; long texts are given by their start and their length. */
interface Expected {
  readonly choice?: number;
  readonly content?: string | readonly [string, number];
  readonly reasoning?: string | readonly [string, number];
  readonly tool?: readonly [name: string, args: string];
  readonly finish?: string;
  /** Input, output, total, cached and reasoning tokens. */
  readonly usage?: readonly (number | undefined)[];
  readonly error?: object;
}

const weather = ['weather', '{"location": "San Francisco"}'] as const;

const recordings: readonly (readonly [name: string, expected: Expected])[] = [
  [
    'anthropic-openai-compat-tool.sse',
    { content: 'Reading it.', tool: ['read_file', '{"path": "a.txt"}'], finish: 'tool_calls' },
  ],
  [
    'azure-chat-prompt-filter.sse',
    { content: ['Not much—here and ready to help.', 75], finish: 'stop', usage: [12, 24, 36, 0, 0] },
  ],
  [
    'deepseek-chat-reasoning.sse',
    {
      content: 'The product of 17 and 23 is 391.',
      reasoning: ['We are asked:', 105],
      finish: 'stop',
      usage: [17, 47, 64, 0, 34],
    },
  ],
  [
    'groq-event-error-tool-use-failed.sse',
    {
      reasoning: ['We need to call the tool', 412],
      error: { name: 'StreamError', kind: 'invalid_request', code: 'tool_use_failed' },
    },
  ],
  [
    'groq-tool-call.sse',
    {
      reasoning: ['We need to call the function', 92],
      tool: ['get_something_by_name', '{"name":"example"}'],
      finish: 'tool_calls',
      usage: [304, 49, 353, undefined, 23],
    },
  ],
  [
    'mistral-content-list.sse',
    { content: '144', reasoning: ['The user is asking', 174], finish: 'stop', usage: [31, 66, 97, 0, undefined] },
  ],
  ['mistral-text.sse', { content: '1, 2, 3', finish: 'stop', usage: [22, 8, 30, 0, undefined] }],
  [
    'mistral-tool-call.chunks.txt',
    { tool: weather, finish: 'tool_calls', usage: [124, 22, 146, undefined, undefined] },
  ],
  [
    'ollama-cloud-reasoning.sse',
    {
      content: '1  \n2  \n3',
      reasoning: ['User asks "Count', 98],
      finish: 'stop',
      usage: [74, 45, 119, undefined, undefined],
    },
  ],
  ['openai-chat-n-exclude-usage.sse', { content: ['Not much, just here', 71], finish: 'stop' }],
  ['openai-chat-n-exclude-usage.sse', { choice: 1, content: ['Hello! Not much, just here', 63], finish: 'stop' }],
  [
    'openai-chat-n2-tools.sse',
    {
      tool: ['get_current_weather', '{"location":"San Francisco, CA"}'],
      finish: 'tool_calls',
      usage: [85, 43, 128, 0, 0],
    },
  ],
  [
    'openai-chat-n2-tools.sse',
    {
      choice: 1,
      tool: ['get_current_weather', '{"location":"San Francisco, CA","unit":"celsius"}'],
      finish: 'tool_calls',
      usage: [85, 43, 128, 0, 0],
    },
  ],
  [
    'openai-chat-tool-call-small.sse',
    { tool: ['get_country', '{}'], finish: 'tool_calls', usage: [398, 10, 408, 0, 0] },
  ],
  ['openai-completions-legacy.sse', { content: [' that isn’t about collecting logs\n\nJ)', 74], finish: 'length' }],
  ['openrouter-kimi-tool-variant-a.sse', { tool: ['llm_version', '{}'], usage: [57, 17, 74, 0, 0] }],
  [
    'openrouter-kimi-tool-variant-c.sse',
    { tool: ['llm_version', '{}'], finish: 'tool_calls', usage: [56, 12, 68, 0, 0] },
  ],
  [
    'openrouter-reasoning.sse',
    { content: '2 + 2 = 4', reasoning: ['This is a simple', 51], finish: 'stop', usage: [43, 36, 79, 0, 13] },
  ],
  [
    'openrouter-stream-error.sse',
    {
      reasoning: ['We need to respond', 42],
      finish: 'length',
      error: { name: 'StreamError', kind: 'invalid_request', code: '400', message: 'Token limit reached' },
    },
  ],
  ['openrouter-text-comments.sse', { content: 'Hello!', finish: 'stop', usage: [254, 5, 259, 0, 0] }],
  [
    'perplexity-text.chunks.txt',
    { content: '**EcoVista Day**[1][5]', finish: 'stop', usage: [11, 434, 445, undefined, undefined] },
  ],
  ['qwen-alibaba-tool-call.chunks.txt', { tool: weather, finish: 'tool_calls', usage: [295, 22, 317, 0, undefined] }],
  ['replicate-plain-text-sse.sse', { error: { name: 'ProtocolError', kind: 'parse' } }],
  ['snowflake-text.sse', { content: '4', usage: [22, 5, 27, 0, 0] }],
  [
    'writer-tool-call.sse',
    {
      tool: ['get_weather', '{"location": "Zakopane"}'],
      finish: 'tool_calls',
      usage: [194, 22, 216, undefined, undefined],
    },
  ],
  [
    'xai-chat-tool-call.chunks.txt',
    {
      reasoning: 'First, the user is',
      tool: ['weather', '{"location":"San Francisco"}'],
      finish: 'tool_calls',
      usage: [291, 26, 513, 290, 196],
    },
  ],
];

const folder = resolve(process.cwd(), '../shared/recordings');
const present = recordings.filter(([name]) => existsSync(resolve(folder, name)));

function bytesOf(name: string): Buffer {
  const text = readFileSync(resolve(folder, name), 'utf8');
  return Buffer.from(
    name.endsWith('.sse') ? text : [...text.trim().split('\n'), '[DONE]'].map((line) => `data: ${line}\n\n`).join(''),
  );
}

/** Serves a recording at `/<name>/<whole|bytes>/…`. */
function serve(): Server {
  return createServer((request, response) => {
    const [, name = '', cut = ''] = (request.url ?? '').split('/');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = bytesOf(name);
    for (let at = 0; cut === 'bytes' && at < bytes.length; at += 1) {
      response.write(bytes.subarray(at, at + 1));
    }
    response.end(cut === 'bytes' ? '' : bytes);
  });
}

/** Formats a text as the expected one: whole, or as its start and its length. */
function shown(text: string, expected: string | readonly [string, number] = ''): unknown {
  return typeof expected === 'string' ? text : [text.slice(0, expected[0].length), text.length];
}

describe.each<[string, Transport]>([
  ['fetch', fetchTransport()],
  ['undici', undiciTransport()],
])('recorded answers through %s', (_name, transport) => {
  let server: Server;
  let origin = '';
  beforeAll(async () => {
    server = serve().listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function outcome(name: string, cut: string, choice: number): Promise<{ message: Message; error: unknown }> {
    const client = createClient({ baseURL: `${origin}/${name}/${cut}`, transport });
    const n = name.startsWith('openai-chat-n') ? 2 : 1;
    const request = { model: 'recorded', messages: [{ role: 'user', content: 'x' }], prompt: 'x', n } as const;
    const read = toMessage(choice);
    const message = name.includes('completions')
      ? client.completions(request).pipe(read)
      : client.chat(request).pipe(read);
    return lastValueFrom(
      message.pipe(
        map((value) => ({ message: value, error: undefined })),
        catchError((error: unknown) => of({ message: (isLlmError(error) ? error.partial : {}) as Message, error })),
      ),
    );
  }

  if (present.length === 0) {
    it('are not available here', () => {
      expect(existsSync(folder)).toBe(false);
    });
    return;
  }

  describe.each(['whole', 'bytes'])('served as %s', (cut) => {
    it.each([...present])(
      'have the expected outcome: %s',
      async (name, { choice = 0, content, reasoning, tool, finish, usage, error }) => {
        const { message, error: caught } = await outcome(name, cut, choice);
        const counts = message.usage;

        expect(caught).toEqual(error === undefined ? undefined : expect.objectContaining(error));
        expect(shown(message.content, content)).toEqual(content ?? '');
        expect(shown(message.reasoning, reasoning)).toEqual(reasoning ?? '');
        expect(message.toolCalls.map((call) => [call.name, call.arguments, call.complete])).toEqual(
          tool ? [[...tool, true]] : [],
        );
        expect(message.finishReason).toBe(finish);
        expect(
          counts && [
            counts.inputTokens,
            counts.outputTokens,
            counts.totalTokens,
            counts.cachedTokens,
            counts.reasoningTokens,
          ],
        ).toEqual(usage);
      },
    );
  });
});
