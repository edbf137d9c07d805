import { lastValueFrom, toArray } from 'rxjs';
import {
  createClient,
  type ChatCompletionRequest,
  type ClientConfig,
  type RequestOptions,
  type TransportRequest,
} from '../../src/index.js';
import { chatRequest, fakeTransport } from '../support/answers.js';

const baseURL = 'http://server.test/v1';

/** The request sent for a chat request. */
async function sent(
  config: ClientConfig = {},
  options?: RequestOptions,
  request: ChatCompletionRequest = chatRequest,
): Promise<TransportRequest> {
  const { transport, requests } = fakeTransport();
  await lastValueFrom(
    createClient({ baseURL, transport, ...config })
      .chat(request, options)
      .pipe(toArray()),
  );
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

/** The body sent for a chat request. */
async function sentBody(request: Partial<ChatCompletionRequest>): Promise<unknown> {
  return JSON.parse((await sent({}, undefined, { ...chatRequest, ...request })).body as string) as unknown;
}

describe('requests', () => {
  it('request an event stream from the endpoint', async () => {
    const request = await sent();

    expect(request).toMatchObject({ operation: 'chat', method: 'POST', url: `${baseURL}/chat/completions` });
    expect(request.headers).toEqual({
      accept: 'text/event-stream, application/json',
      'content-type': 'application/json',
    });
    expect(request.redirects).toBe('refuse');
    expect(request.context).toEqual({});
  });

  it('use the legacy endpoint for completions', () => {
    const { transport, requests } = fakeTransport();
    const client = createClient({ baseURL, transport });
    client.completions({ model: 'small', prompt: 'Once' }).subscribe({ error: () => undefined });

    expect(requests[0]).toMatchObject({ operation: 'completions', method: 'POST', url: `${baseURL}/completions` });
    expect(JSON.parse(requests[0]?.body as string)).toEqual({
      model: 'small',
      prompt: 'Once',
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('sends nothing before it is subscribed, and once for each subscription', () => {
    const { transport, requests } = fakeTransport();
    const answer = createClient({ baseURL, transport }).chat(chatRequest);
    expect(requests).toHaveLength(0);

    answer.subscribe();
    answer.subscribe();

    expect(requests).toHaveLength(2);
    expect(requests[0]).toEqual(requests[1]);
  });

  describe('the body', () => {
    it('is the request, streamed and with usage', async () => {
      expect(await sentBody({})).toEqual({ ...chatRequest, stream: true, stream_options: { include_usage: true } });
    });

    it('keeps unknown fields', async () => {
      expect(await sentBody({ top_k: 5, provider: { order: ['a'] } })).toMatchObject({
        top_k: 5,
        provider: { order: ['a'] },
      });
    });

    it.each([
      [{ include_usage: false }, { include_usage: false }],
      [{ continuous_usage_stats: true }, { include_usage: true, continuous_usage_stats: true }],
      [undefined, { include_usage: true }],
    ])('merges stream_options %j', async (stream_options, expected) => {
      const request = { stream_options } as Partial<ChatCompletionRequest>;

      expect(await sentBody(request)).toMatchObject({ stream_options: expected });
    });

    it('has no stream_options if they are null', async () => {
      expect(await sentBody({ stream_options: null })).not.toHaveProperty('stream_options');
    });

    it('always requests a stream', async () => {
      expect(await sentBody({})).toMatchObject({ stream: true });
      expect(await sentBody({ stream: undefined })).toMatchObject({ stream: true });
      expect(await sentBody({ stream: true })).toMatchObject({ stream: true });
    });

    it('is the request as it was at the call, which is not changed', async () => {
      const request = { ...chatRequest, stream_options: Object.freeze({}), messages: [...chatRequest.messages] };
      const { transport, requests } = fakeTransport();
      const copy = structuredClone(request);
      const chunks = createClient({ baseURL, transport }).chat(Object.freeze(request));
      request.messages.push({ role: 'user', content: 'later' });

      await lastValueFrom(chunks.pipe(toArray()));

      expect(JSON.parse(requests[0]?.body as string)).toMatchObject({ messages: copy.messages });
      expect({ ...request, messages: request.messages.slice(0, 1) }).toEqual(copy);
    });
  });
});
