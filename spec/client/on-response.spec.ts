import { concat, finalize, NEVER, type Observable, of, throwError, VirtualTimeScheduler } from 'rxjs';
import {
  ApiError,
  type ClientConfig,
  ConnectionError,
  createClient,
  type ResponseInfo,
  retryTransient,
  type TransportEvent,
} from '../../src/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';

describe('onResponse', () => {
  it.each<[string, Readonly<Record<string, string>>, object]>([
    [
      'Go durations (OpenAI, Groq)',
      {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '29999',
        'x-ratelimit-reset-tokens': '1m13.588s',
      },
      {
        requests: { limit: 500, remaining: 499, reset: 120 },
        tokens: { limit: 30_000, remaining: 29_999, reset: 73_588 },
      },
    ],
    [
      'seconds (Azure)',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7', 'x-ratelimit-reset-tokens': '500' },
      { requests: { remaining: 0, reset: 7000 }, tokens: { reset: 500_000 } },
    ],
    [
      'dates (Anthropic)',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '1970-01-01T00:00:05Z',
        'anthropic-ratelimit-input-tokens-reset': '1970-01-01T01:00:07.5+01:00',
        'anthropic-ratelimit-output-tokens-limit': '8000',
      },
      {
        requests: { limit: 50, remaining: 49, reset: 5000 },
        inputTokens: { reset: 7500 },
        outputTokens: { limit: 8000 },
      },
    ],
    [
      'milliseconds since the epoch (OpenRouter)',
      { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000001500' },
      { requests: { limit: 20, remaining: 0, reset: 1_800_000_001_500 } },
    ],
    ['seconds since the epoch', { 'x-ratelimit-reset': '1800000001' }, { requests: { reset: 1_800_000_001_000 } }],
    [
      'invalid values',
      { 'x-ratelimit-limit-requests': 'NaN', 'x-ratelimit-reset-requests': '1x', 'x-ratelimit-reset-tokens': '' },
      {},
    ],
  ])('receives rate limits sent as %s, which are also on the error', async (_form, headers, rateLimits) => {
    const { transport } = fakeTransport(answer('', { status: 429, headers }));
    const seen: ResponseInfo[] = [];
    // Its clock starts at the epoch.
    const client = createClient({ baseURL, transport, scheduler: new VirtualTimeScheduler() });
    const error = await failureOf(client.chat(chatRequest, { onResponse: (info) => seen.push(info) }));

    expect(seen.map((info) => info.rateLimits)).toEqual([rateLimits]);
    expect(error).toMatchObject({ name: 'RateLimitError' });
    expect((error as ApiError).rateLimits).toEqual(rateLimits);
  });

  it('receives status, headers, request id and rate limits when the headers arrive', () => {
    const headers = {
      'x-request-id': 'r-1',
      'x-custom': 'yes',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '1000',
    };
    const { transport } = fakeTransport(concat(of(head(200, headers)), NEVER));
    const seen: ResponseInfo[] = [];

    observe(createClient({ baseURL, transport }).chat(chatRequest, { onResponse: (info) => seen.push(info) }));

    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      status: 200,
      requestId: 'r-1',
      rateLimits: { requests: { limit: 60, remaining: 59, reset: 1000 }, tokens: { remaining: 1000 } },
    });
    expect(seen[0]?.headers.get('x-custom')).toBe('yes');
  });

  it('receives empty values for what the server did not send', () => {
    const onResponse = jest.fn();
    const { transport } = fakeTransport(answer(hello));

    observe(createClient({ baseURL, transport }).chat(chatRequest, { onResponse }));

    expect(onResponse).toHaveBeenCalledTimes(1);
    expect(onResponse).toHaveBeenCalledWith(expect.objectContaining({ requestId: undefined, rateLimits: {} }));
  });

  it.each([
    ['an error status', answer('no', { status: 400 }), 400],
    ['a body that never arrives', concat(of(head(500)), NEVER), 500],
    ['an answer that is not an event stream', answer('<html>'), 200],
  ])('is called for %s', (_what, exchange, status) => {
    const onResponse = jest.fn();

    observe(createClient({ baseURL, transport: fakeTransport(exchange).transport }).chat(chatRequest, { onResponse }));

    expect(onResponse.mock.calls).toMatchObject([[{ status }]]);
  });

  it('is called for a refused redirect, whose error has the request id', async () => {
    const server = await startServer({
      answer: (served) => {
        served.head(302, { location: '/elsewhere', 'x-request-id': 'r-2' });
        served.end('moved');
      },
    });
    const seen: ResponseInfo[] = [];
    const client = createClient({ baseURL: server.url });

    const error = await failureOf(client.chat(chatRequest, { onResponse: (info) => seen.push(info) }));

    expect(error).toMatchObject({ name: 'ProtocolError', requestId: 'r-2' });
    expect(seen).toMatchObject([{ status: 302, requestId: 'r-2' }]);
    await closeServers();
  });

  it('is not called if there was no response', () => {
    const onResponse = jest.fn();
    const { transport } = fakeTransport(throwError(() => new ConnectionError('No answer')));

    observe(createClient({ baseURL, transport }).chat(chatRequest, { onResponse }));

    expect(onResponse).not.toHaveBeenCalled();
  });

  it('is called once per exchange and subscription', async () => {
    const busy = answer('', { status: 503, headers: { 'retry-after-ms': '1' } });
    const { transport } = fakeTransport(busy, answer(hello));
    const statuses: number[] = [];
    const chunks = createClient({ baseURL, transport }).chat(chatRequest, {
      onResponse: ({ status }) => statuses.push(status),
    });

    await observe(chunks.pipe(retryTransient())).ended;
    expect(statuses).toEqual([503, 200]);
    await observe(chunks).ended;
    expect(statuses).toEqual([503, 200, 200]);
  });

  it('is also called for completions and models', () => {
    const onResponse = jest.fn();
    const client = createClient({ baseURL, transport: fakeTransport(answer('', { status: 404 })).transport });

    observe(client.completions({ model: 'small', prompt: 'Once' }, { onResponse }));
    observe(client.models({ onResponse }));

    expect(onResponse).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['a good answer', 200],
    ['an error', 500],
  ])('fails the stream and ends the exchange if it throws at %s', async (_what, status) => {
    let left = false;
    const { transport } = fakeTransport(concat(of(head(status)), NEVER).pipe(finalize(() => (left = true))));
    const onResponse = (): never => {
      throw new Error('a mistake of the caller');
    };

    const seen = observe(createClient({ baseURL, transport }).chat(chatRequest, { onResponse }));

    expect(await seen.ended).toMatchObject({ message: 'a mistake of the caller' });
    expect(await seen.ended).not.toBeInstanceOf(ApiError);
    expect(left).toBe(true);
  });

  describe('its request id', () => {
    const headers = { 'x-request-id': 'r-1' };
    const lost = throwError(() => new ConnectionError('The connection was lost'));

    it.each<[string, Observable<TransportEvent>]>([
      ['ApiError', answer('no', { status: 400, headers })],
      ['StreamError', answer('', { headers })],
      ['StreamError', answer('data: {"error":{"message":"no"}}\n\n', { headers })],
      ['ProtocolError', answer('<html>', { headers })],
      ['ProtocolError', answer('data: nonsense\n\n', { headers })],
      ['ProtocolError', answer('data: {"choices":7}\n\n', { headers })],
      ['ProtocolError', answer('{"choices":', { headers })],
      ['LimitError', answer(`data: ${'1'.repeat(50)}`, { headers })],
      ['ConnectionError', concat(of(head(200, headers)), lost)],
    ])('is on a later %s', async (name, exchange) => {
      const client = createClient({
        baseURL,
        transport: fakeTransport(exchange).transport,
        limits: { eventBytes: 50 },
      });

      expect(await observe(client.chat(chatRequest)).ended).toMatchObject({ name, requestId: 'r-1' });
    });

    it('is not on the error of another exchange', async () => {
      const client = createClient({
        baseURL,
        transport: fakeTransport(answer('', { status: 503, headers: { ...headers, 'retry-after-ms': '1' } }), lost)
          .transport,
        interceptors: [(request, next) => next(request).pipe(retryTransient({ count: 1 }))],
      });

      const error = await observe(client.chat(chatRequest)).ended;
      expect(error).toMatchObject({ name: 'ConnectionError', requestId: undefined });
    });
  });
});

const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'req_9' };
const broken = throwError(() => new ConnectionError('broke'));

describe('request id', () => {
  it.each<[string, ReturnType<typeof answer>, ClientConfig]>([
    ['DeadlineError', concat(of<TransportEvent>(head(200, headers)), NEVER), { deadlines: { firstChunk: 1 } }],
    ['ConnectionError', concat(of<TransportEvent>(head(200, headers)), broken), {}],
    ['LimitError', answer(eventStream(textChunk('long '.repeat(10))), { headers }), { limits: { eventBytes: 10 } }],
    ['StreamError', answer(eventStream(textChunk('cut')), { headers }), {}],
    ['StreamError', answer(eventStream({ error: 'wrong' }), { headers }), {}],
    ['ProtocolError', answer('<html>', { headers }), {}],
    ['ApiError', answer('', { headers, status: 500 }), {}],
  ])('is on a %s once the server has sent it', async (name, exchange, config) => {
    const client = createClient({
      baseURL: 'http://server.test/v1',
      transport: fakeTransport(exchange).transport,
      ...config,
    });

    expect(await failureOf(client.chat(chatRequest))).toMatchObject({ name, requestId: 'req_9' });
  });

  it('is missing if the connection failed before it arrived', async () => {
    const client = createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport(broken).transport });

    expect(await failureOf(client.chat(chatRequest))).toMatchObject({ name: 'ConnectionError', requestId: undefined });
  });
});
