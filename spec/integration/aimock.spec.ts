import { LLMock } from '@copilotkit/aimock';
import { firstValueFrom, lastValueFrom, toArray, VirtualTimeScheduler } from 'rxjs';
import {
  type ChatCompletionRequest,
  type Client,
  createClient,
  fetchTransport,
  type Message,
  retryOnRateLimit,
  type RetryNotice,
  textDeltas,
  toMessage,
  toText,
  type Transport,
} from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';

const ask = (content: string): ChatCompletionRequest => ({ model: 'gpt-4o', messages: [{ role: 'user', content }] });

describe.each<[string, Transport]>([
  ['fetch', fetchTransport()],
  ['undici', undiciTransport()],
])('the aimock server through %s', (_name, transport) => {
  const answer = 'Hi there! How may I help you with your streams of text today?';
  let mock: LLMock;
  let client: Client;
  beforeAll(async () => {
    mock = new LLMock({ port: 0 });
    mock.onMessage('hello', { content: answer, usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 } });
    mock.onMessage('think', { content: 'Four.', reasoning: 'Two and two.' });
    mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Paris"}', id: 'call_1' }] });
    mock.onMessage('busy', {
      error: { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
      status: 429,
      retryAfter: 7,
    });
    mock.onMessage('cut', { content: answer }, { chunkSize: 4, latency: 40, truncateAfterChunks: 3 });
    await mock.start();
    client = createClient({ baseURL: `${mock.url}/v1`, apiKey: 'sk-anything', transport });
  });
  afterAll(() => mock.stop());

  it('streams an answer with token counts', async () => {
    const pieces = await lastValueFrom(client.chat(ask('hello')).pipe(textDeltas(), toArray()));
    const message = await lastValueFrom(client.chat(ask('hello')).pipe(toMessage()));

    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(answer);
    expect(message).toMatchObject({
      role: 'assistant',
      content: answer,
      finishReason: 'stop',
      usage: { inputTokens: 7, outputTokens: 9, totalTokens: 16 },
    });
  });

  it('streams reasoning', async () => {
    expect(await lastValueFrom(client.chat(ask('think')).pipe(toMessage()))).toMatchObject({
      reasoning: 'Two and two.',
      content: 'Four.',
    });
  });

  it('streams a tool call', async () => {
    const { toolCalls, finishReason } = await lastValueFrom(client.chat(ask('weather')).pipe(toMessage()));

    expect(finishReason).toBe('tool_calls');
    expect(toolCalls).toEqual([
      { id: 'call_1', type: 'function', name: 'weather', arguments: '{"city":"Paris"}', complete: true, extra: {} },
    ]);
  });

  it('causes an ApiError for an endpoint that it does not have', async () => {
    await expect(firstValueFrom(client.completions({ model: 'gpt-4o', prompt: 'hello' }))).rejects.toMatchObject({
      name: 'ApiError',
      status: 404,
      kind: 'not_found',
      retryable: false,
    });
  });

  it('causes a RateLimitError with a delay for status 429, and answers the retry after the delay', async () => {
    const failure = firstValueFrom(client.chat(ask('busy')));

    await expect(failure).rejects.toMatchObject({
      name: 'RateLimitError',
      status: 429,
      code: 'rate_limit_exceeded',
      retryable: true,
      retryAfter: 7000,
    });

    mock.nextRequestError(429, { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' });
    const notices: RetryNotice[] = [];
    // The delay passes in virtual time.
    const scheduler = new VirtualTimeScheduler();
    const retried = lastValueFrom(
      client.chat(ask('hello')).pipe(
        retryOnRateLimit({
          scheduler,
          notify: (notice) => {
            notices.push(notice);
            queueMicrotask(() => {
              scheduler.flush();
            });
          },
        }),
        textDeltas(),
        toText(),
      ),
    );

    expect(await retried).toBe(answer);
    expect(notices).toMatchObject([{ attempt: 1, delay: 1000, reason: { name: 'RateLimitError' } }]);
  });

  it('causes a ConnectionError with the text so far when it cuts a stream', async () => {
    const caught: unknown = await lastValueFrom(client.chat(ask('cut')).pipe(toMessage())).catch(
      (error: unknown) => error,
    );

    expect(caught).toMatchObject({ name: 'ConnectionError', retryable: true });
    const { content } = (caught as { partial: Message }).partial;
    expect(content).not.toBe('');
    expect(answer.startsWith(content)).toBe(true);
  });
});
