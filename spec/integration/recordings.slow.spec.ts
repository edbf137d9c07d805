import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { catchError, lastValueFrom, map, of } from 'rxjs';
import type { Message } from '../../src/schemas/message.js';
import { createClient, isLlmError, toMessage } from '../../src/index.node.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { transports } from '../support/transports.js';

/** The outcome of an answer; long texts are given by their start and their length. */
interface Expected {
  /** Of two that were asked for. */
  readonly choice?: number;
  /** Whether it is an answer to `completions`. */
  readonly isLegacy?: boolean;
  readonly content?: string | readonly [string, number];
  readonly reasoning?: string | readonly [string, number];
  readonly tool?: readonly [name: string, args: string];
  readonly finish?: string;
  /** Input, output, total, cached and reasoning tokens. */
  readonly usage?: readonly (number | undefined)[];
  readonly error?: object;
}

const weather = ['weather', '{"location": "San Francisco"}'] as const;

/** Answers written for these specs, one for each habit of a server, in spec/fixtures/answers. */
const written: readonly (readonly [name: string, expected: Expected])[] = [
  ['a-first-call-numbered-one', { content: 'Let me dig.', tool: ['dig', '{"depth": 30}'], finish: 'tool_calls' }],
  ['filter-results-before-any-choice', { content: 'Moss—soft and green.', finish: 'stop', usage: [9, 6, 15, 0, 0] }],
  [
    'reasoning-content-beside-nulls',
    { content: 'Twelve rings.', reasoning: 'Count the rings.', finish: 'stop', usage: [8, 7, 15, 0, 4] },
  ],
  [
    'an-error-event-after-reasoning',
    {
      reasoning: 'A rake is needed, but which?',
      error: { name: 'StreamError', kind: 'invalid_request', code: 'tool_use_failed', retryable: false },
    },
  ],
  [
    'a-whole-call-and-usage-twice',
    {
      reasoning: 'Fetch the rake.',
      tool: ['fetch_tool', '{"tool":"rake"}'],
      finish: 'tool_calls',
      usage: [30, 12, 42, undefined, 5],
    },
  ],
  [
    'lists-of-content',
    { content: '42', reasoning: 'Six beds of seven.', finish: 'stop', usage: [10, 9, 19, 0, undefined] },
  ],
  ['padding', { content: 'ash, box', finish: 'stop', usage: [11, 4, 15, 0, undefined] }],
  [
    'a-call-without-index-and-type',
    { tool: ['water', '{"litres": 2}'], finish: 'tool_calls', usage: [21, 8, 29, undefined, undefined] },
  ],
  [
    'reasoning-beside-empty-content',
    {
      content: 'Dig  \ndeep.',
      reasoning: 'The gardener says "dig".',
      finish: 'stop',
      usage: [13, 11, 24, undefined, undefined],
    },
  ],
  ['choices-by-turns', { choice: 0, content: 'A beech.', finish: 'stop' }],
  ['choices-by-turns', { choice: 1, content: 'The hazel, I think.', finish: 'stop' }],
  [
    'choices-with-one-call-id',
    { choice: 0, tool: ['plant', '{"bed":3}'], finish: 'tool_calls', usage: [40, 20, 60, 0, 0] },
  ],
  [
    'choices-with-one-call-id',
    { choice: 1, tool: ['plant', '{"bed":4,"row":"b"}'], finish: 'tool_calls', usage: [40, 20, 60, 0, 0] },
  ],
  ['an-obfuscated-call', { tool: ['get_rain', '{}'], finish: 'tool_calls', usage: [50, 6, 56, 0, 0] }],
  ['legacy-texts', { isLegacy: true, content: ' that isn’t a weed,\n\nbut a', finish: 'length' }],
  ['a-call-repeated-and-never-finished', { tool: ['prune', '{}'], usage: [17, 5, 22, 0, 0] }],
  [
    'a-space-before-all-and-usage-beside-a-choice',
    { tool: ['prune', '{}'], finish: 'tool_calls', usage: [18, 6, 24, 0, 0] },
  ],
  ['reasoning-twice', { content: 'A tree', reasoning: 'Oaks are trees.', finish: 'stop', usage: [12, 8, 20, 0, 3] }],
  [
    'an-error-beside-choices-and-usage',
    {
      reasoning: 'The path is too long',
      finish: 'length',
      error: { name: 'StreamError', kind: 'invalid_request', code: '400', message: 'The path has no end' },
    },
  ],
  ['comments-and-cost', { content: 'Good soil!', finish: 'stop', usage: [15, 4, 19, 0, 0] }],
  [
    'usage-and-citations-on-every-chunk',
    { content: '**Spring**[1][2]', finish: 'stop', usage: [6, 3, 9, undefined, undefined] },
  ],
  [
    'an-empty-id-on-each-continuation',
    { tool: ['sow', '{"seed": "leek"}'], finish: 'tool_calls', usage: [23, 9, 32, 0, undefined] },
  ],
  ['texts-that-are-not-json', { error: { name: 'ProtocolError', kind: 'parse' } }],
  ['never-finished', { content: 'Seven', usage: [19, 2, 21, 0, 0] }],
  [
    'messages-beside-deltas',
    { tool: ['mow', '{"lawn": "front"}'], finish: 'tool_calls', usage: [24, 10, 34, undefined, undefined] },
  ],
  [
    'no-finish-reason-key',
    {
      reasoning: 'Which pot? The blue one.',
      tool: ['pot', '{"colour":"blue"}'],
      finish: 'tool_calls',
      usage: [26, 7, 45, 16, 12],
    },
  ],
];

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
  ['openai-chat-n-exclude-usage.sse', { choice: 0, content: ['Not much, just here', 71], finish: 'stop' }],
  ['openai-chat-n-exclude-usage.sse', { choice: 1, content: ['Hello! Not much, just here', 63], finish: 'stop' }],
  [
    'openai-chat-n2-tools.sse',
    {
      choice: 0,
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
  [
    'openai-completions-legacy.sse',
    { isLegacy: true, content: [' that isn’t about collecting logs\n\nJ)', 74], finish: 'length' },
  ],
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

const writtenFolder = resolve(__dirname, '../fixtures/answers');
const recordedFolder = resolve(process.cwd(), '../shared/recordings');

/** The file of each answer and its outcome; those that were recorded only where they are at hand. */
const answers = [
  ...written.map(([name, expected]) => [name, resolve(writtenFolder, `${name}.sse`), expected] as const),
  ...recordings.map(([name, expected]) => [name, resolve(recordedFolder, name), expected] as const),
].filter(([, file]) => file.startsWith(writtenFolder) || existsSync(file));

function bytesOf(file: string): Buffer {
  const text = readFileSync(file, 'utf8');
  return Buffer.from(
    file.endsWith('.sse') ? text : [...text.trim().split('\n'), '[DONE]'].map((line) => `data: ${line}\n\n`).join(''),
  );
}

/** Serves the answer of the file at `/<file>/<whole|bytes>/…`. */
function serve(): Promise<LoopbackServer> {
  return startServer({
    answer: (served) => {
      const [, file = '', cut = ''] = served.path.split('/');
      served.head(200, { 'content-type': 'text/event-stream' });
      const bytes = bytesOf(decodeURIComponent(file));
      for (let at = 0; cut === 'bytes' && at < bytes.length; at += 1) {
        served.write(bytes.subarray(at, at + 1));
      }
      served.end(cut === 'bytes' ? '' : bytes);
    },
  });
}

/** Formats a text as the expected one: whole, or as its start and its length. */
function shown(text: string, expected: string | readonly [string, number] = ''): unknown {
  return typeof expected === 'string' ? text : [text.slice(0, expected[0].length), text.length];
}

afterAll(closeServers);

describe.each(Object.entries(transports))('answers of many servers through %s', (_name, createTransport) => {
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await serve();
  });

  function outcome(
    file: string,
    cut: string,
    { choice, isLegacy = false }: Expected,
  ): Promise<{ message: Message; error: unknown }> {
    const baseURL = `${server.url}/${encodeURIComponent(file)}/${cut}`;
    const client = createClient({ baseURL, transport: createTransport() });
    const request = { model: 'm', ...(choice === undefined ? {} : { n: 2 }) };
    const read = toMessage(choice);
    const message = isLegacy
      ? client.completions({ ...request, prompt: 'x' }).pipe(read)
      : client.chat({ ...request, messages: [{ role: 'user', content: 'x' }] }).pipe(read);
    return lastValueFrom(
      message.pipe(
        map((value) => ({ message: value, error: undefined })),
        catchError((error: unknown) => of({ message: (isLlmError(error) ? error.partial : {}) as Message, error })),
      ),
    );
  }

  describe.each(['whole', 'bytes'])('served as %s', (cut) => {
    it.each(answers)('have the expected outcome: %s', async (_answer, file, expected) => {
      const { message, error: caught } = await outcome(file, cut, expected);
      const { content, reasoning, tool, finish, usage, error } = expected;
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
    });
  });
});
