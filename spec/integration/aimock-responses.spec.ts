import { LLMock } from '@copilotkit/aimock';
import { from, lastValueFrom, toArray } from 'rxjs';
import {
  type Client,
  createClient,
  fetchTransport,
  type Message,
  type ResponseRequest,
  textDeltas,
  toInputItems,
  toMessage,
  toolCalls,
  type Transport,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';

const answer = 'It is 21 degrees and sunny in Paris, so leave your umbrella at home.';
const usage = { input_tokens: 7, output_tokens: 9, total_tokens: 16 };
const weather = { type: 'function', name: 'weather', parameters: { type: 'object' }, strict: null } as const;

describe.each<[string, Transport]>([
  ['fetch', fetchTransport()],
  ['undici', undiciTransport()],
])('responses of the aimock server through %s', (_name, transport) => {
  let mock: LLMock;
  let client: Client;
  beforeAll(async () => {
    mock = new LLMock({ port: 0 });
    mock.onToolResult('call_1', { content: answer, usage });
    mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Paris"}', id: 'call_1' }] });
    mock.onMessage('think', { content: 'Four.', reasoning: 'Two and two.' });
    mock.onMessage('cut', { content: answer }, { chunkSize: 4, latency: 40, truncateAfterChunks: 6 });
    mock.onEmbedding('one', { embedding: [0.5, -2, 0.25] });
    mock.onModerate('harm', { flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } });
    await mock.start();
    client = createClient({ baseURL: `${mock.url}/v1`, apiKey: 'sk-anything', transport });
  });
  beforeEach(() => mock.clearRequests());
  afterAll(() => mock.stop());

  it.each([
    ['with the history in the request', {}],
    ['without a copy on the server', { store: false }],
  ])('call a tool and then answer, %s', async (_how, fields) => {
    const question = { role: 'user', content: 'What is the weather in Paris?' } as const;
    const request: ResponseRequest = { model: 'gpt-4o', tools: [weather], ...fields };
    const first = await lastValueFrom(client.responses({ ...request, input: [question] }).pipe(toArray()));
    const calls = await lastValueFrom(from(first).pipe(toolCalls(), toArray()));
    const asked = await lastValueFrom(from(first).pipe(toMessage()));

    expect(calls).toEqual([
      { id: 'call_1', type: 'function', name: 'weather', arguments: '{"city":"Paris"}', complete: true, extra: {} },
    ]);
    expect(asked).toMatchObject({ content: '', finishReason: 'tool_calls', toolCalls: calls });

    const input = [
      question,
      ...toInputItems(asked, fields),
      { type: 'function_call_output', call_id: 'call_1', output: '21 degrees, sunny' } as const,
    ];
    const second = await lastValueFrom(client.responses({ ...request, input }).pipe(toArray()));
    const pieces = await lastValueFrom(from(second).pipe(textDeltas(), toArray()));

    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(answer);
    expect(await lastValueFrom(from(second).pipe(toMessage()))).toMatchObject({
      role: 'assistant',
      content: answer,
      finishReason: 'stop',
      toolCalls: [],
      usage: { inputTokens: 7, outputTokens: 9, totalTokens: 16 },
    });
    expect(mock.getRequests().map(({ path, response }) => [path, response.status])).toEqual([
      ['/v1/responses', 200],
      ['/v1/responses', 200],
    ]);
  });

  it('stream reasoning', async () => {
    const message = await lastValueFrom(client.responses({ model: 'gpt-4o', input: 'think' }).pipe(toMessage()));

    expect(message).toMatchObject({ reasoning: 'Two and two.', content: 'Four.' });
  });

  it('cause a ConnectionError with the text so far when it cuts a stream', async () => {
    const caught: unknown = await lastValueFrom(
      client.responses({ model: 'gpt-4o', input: 'cut' }).pipe(toMessage()),
    ).catch((error: unknown) => error);

    expect(caught).toMatchObject({ name: 'ConnectionError', retryable: true });
    const { content } = (caught as { readonly partial: Message }).partial;
    expect(content).not.toBe('');
    expect(answer.startsWith(content)).toBe(true);
  });

  it('cause an ApiError for a message that it does not know, and ask once', async () => {
    await expect(lastValueFrom(client.responses({ model: 'gpt-4o', input: 'unknown' }))).rejects.toMatchObject({
      name: 'ApiError',
      status: 404,
    });
    expect(mock.getRequests()).toHaveLength(1);
  });

  it('come with embeddings', async () => {
    const request = { model: 'text-embedding-3-small', input: ['one', 'one more'] };
    const { embeddings, model } = await lastValueFrom(client.embeddings(request));

    expect(embeddings.map((vector) => [...vector])).toEqual([
      [0.5, -2, 0.25],
      [0.5, -2, 0.25],
    ]);
    expect(model).toBe('text-embedding-3-small');
  });

  it('come with moderations', async () => {
    const [harmful, harmless] = await Promise.all(
      ['harm me', 'greet me'].map((input) => lastValueFrom(client.moderations({ input }))),
    );

    expect(harmful?.results).toMatchObject([
      { flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } },
    ]);
    expect(harmless?.results).toMatchObject([{ flagged: false }]);
  });
});
