import { catchError, concat, EMPTY, lastValueFrom, NEVER, type Observable, of, tap, VirtualTimeScheduler } from 'rxjs';
import {
  accumulateView,
  type Client,
  type ClientConfig,
  createClient,
  type Interceptor,
  type ResponseInfo,
  retryTransient,
  throwIfTruncated,
  toMessage,
  type TransportEvent,
} from '../../src/index.node.js';
import { fakeClient } from '../../src/testing/index.js';
import { answer, chatRequest, eventStream, fakeTransport, hello, textChunk } from '../support/answers.js';
import { failureOf, observe } from '../support/observe.js';
import { expectNoKey, key } from '../support/secret-key.js';
import { data, head } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';

type Echo = readonly [name: string, what: string, exchange: Observable<TransportEvent>];

const echoes: readonly Echo[] = [
  ['ApiError', 'an error body', answer(JSON.stringify({ error: { message: `Wrong key ${key}` } }), { status: 401 })],
  [
    'ApiError',
    'an error body that escapes',
    answer(`{"error":{"message":"Wrong ${key.replace('/', '\\/')}"}}`, { status: 401 }),
  ],
  [
    'ApiError',
    'each field of an error',
    answer(JSON.stringify({ error: { message: key, code: key, type: key, param: key } }), { status: 400 }),
  ],
  ['ApiError', 'a plain error body', answer(`Authorization: Bearer ${key} is refused`, { status: 403 })],
  ['ApiError', 'an error page', answer(`<title>${key}</title>`, { status: 502 })],
  [
    'ApiError',
    'error headers',
    answer('no', { status: 400, headers: { 'x-request-id': key, server: key, 'set-cookie': key } }),
  ],
  [
    'ApiError',
    "MiniMax's code",
    answer(JSON.stringify({ base_resp: { status_code: key, status_msg: key } }), { status: 401 }),
  ],
  ['ApiError', 'a URL', answer(`GET /v1?key=${encodeURIComponent(key)}`, { status: 401 })],
  ['ApiError', 'a message of any kind', answer(JSON.stringify({ message: { [key]: [key] } }), { status: 400 })],
  ['ApiError', 'a body cut at its limit', answer(`${'-'.repeat(480)}${key}`, { status: 401 })],
  ['ApiError', 'JSON cut at its limit', answer(`{"x":"${'-'.repeat(474)}sk-test\\/Zq7Zq+wXyZw="}`, { status: 401 })],
  ['RateLimitError', 'a rate limit', answer(`{"error":{"message":"Slow down, ${key}"}}`, { status: 429 })],
  [
    'StreamError',
    'an error frame',
    answer(eventStream({ error: { message: `Wrong key ${key}`, code: key, type: key } })),
  ],
  ['StreamError', 'the model', answer(eventStream({ model: key, error: { message: key, param: key } }))],
  ['StreamError', 'an error event', answer(`event: error\ndata: Wrong key ${key}\n\n`)],
  ['StreamError', 'an error in place of a stream', answer(JSON.stringify({ error: `Wrong key ${key}` }))],
  ['StreamError', 'a truncated stream', answer(`${eventStream(textChunk(''))}data: {"x":"${key}`)],
  [
    'StreamError',
    'a finish reason',
    answer(eventStream({ choices: [{ index: 0, delta: { x: key }, finish_reason: 'error' }] })),
  ],
  ['ProtocolError', 'an event that is not JSON', answer(eventStream(`{"x":"${key}`))],
  ['ProtocolError', 'an invalid chunk', answer(eventStream({ choices: [{ delta: { content: true, [key]: key } }] }))],
  ['ProtocolError', 'an impossible index', answer(eventStream({ choices: [{ index: key, delta: {} }] }))],
  [
    'ProtocolError',
    'objects of another endpoint',
    answer(eventStream({ type: key, [key]: 1 }, { [key]: 1 }, '[DONE]')),
  ],
  ['ProtocolError', 'a web page', answer(`<title>${key}</title>`)],
  ['ProtocolError', 'a plain text', answer(key, { headers: {} })],
  ['ProtocolError', 'broken JSON', answer(`{"x":"${key}`)],
  ['ProtocolError', 'other JSON', answer(JSON.stringify({ x: key }))],
  ['LimitError', 'an event that is too long', answer(eventStream({ x: key.repeat(50) }))],
];

function clientFor(exchange: Observable<TransportEvent>, config: ClientConfig = {}): Client {
  const { transport } = fakeTransport(exchange);
  return createClient({ baseURL, apiKey: key, transport, limits: { eventBytes: 500, errorBodyBytes: 495 }, ...config });
}

describe('redaction', () => {
  it.each(echoes)('no %s holds the key that the server put into %s', async (name, _what, exchange) => {
    const error = await failureOf(clientFor(exchange).chat(chatRequest));

    expect(error).toMatchObject({ name });
    expectNoKey(error);
  });

  it.each<[string, ClientConfig]>([
    ['a function', { apiKey: () => key }],
    ['a Promise', { apiKey: () => Promise.resolve(key) }],
    ['a header api-key', { apiKey: undefined, headers: { 'api-key': key } }],
    ['a header Authorization', { headers: { Authorization: `Bearer ${key}` } }],
    ['a query parameter', { apiKey: undefined, query: { key } }],
    ['the base address', { apiKey: undefined, baseURL: `${baseURL}?api_key=${encodeURIComponent(key)}` }],
    ['an interceptor', { interceptors: [authorizing(key)] }],
    [
      'the user of a URL',
      {
        interceptors: [
          (request, next) => next({ ...request, url: request.url.replace('//', `//user:${encodeURIComponent(key)}@`) }),
        ],
      },
    ],
  ])('no error holds a key that came by %s', async (_way, config) => {
    for (const [, , exchange] of echoes) {
      expectNoKey(await failureOf(clientFor(exchange, config).chat(chatRequest)));
    }
  });

  it.each([
    'sig',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'code',
    'x-jwt',
    'x-session-id',
    'x-pass',
    'x-pwd',
    'passphrase',
  ])('no error holds the value of a header or query parameter %s', async (name) => {
    for (const config of [{ headers: { [name]: key } }, { query: { [name]: key } }]) {
      expectNoKey(
        await failureOf(
          clientFor(answer(`no: ${key}`, { status: 400 }), { apiKey: undefined, ...config }).chat(chatRequest),
        ),
      );
    }
  });

  it('no error holds the key of an attempt before', async () => {
    const keys = ['first-Zq7Zq-wXyZw', 'other-Zq7Zq-wXyZw'];
    const { transport } = fakeTransport(
      answer('', { status: 401 }),
      answer('first-Zq7Zq-wXyZw and other-Zq7Zq-wXyZw', { status: 401 }),
    );
    const again: Interceptor = (request, next) => next(request).pipe(catchError(() => next(request)));
    const client = createClient({ baseURL, transport, apiKey: () => keys.shift() ?? '', interceptors: [again] });

    expectNoKey(await failureOf(client.chat(chatRequest)));
  });

  it('no error with a partial result holds the key', async () => {
    const exchange = answer(eventStream(textChunk('Hel'), { error: `Wrong key ${key}` }));

    expectNoKey(await failureOf(clientFor(exchange).chat(chatRequest).pipe(toMessage())));
  });

  it('no header whose name is the key is shown', async () => {
    const exchange = answer('no', {
      status: 400,
      headers: { 'x-ratelimit-wxyzw-zq7zq': '1', 'x-ratelimit-limit': '2' },
    });
    const error = await failureOf(clientFor(exchange, { apiKey: 'wXyZw-Zq7Zq' }).chat(chatRequest));

    expect(error).toMatchObject({ headers: { 'x-ratelimit-limit': '2' } });
    expectNoKey(error);
  });

  it('no OutputError holds the key', async () => {
    const chunks = eventStream({ model: key, choices: [{ index: 0, delta: { x: key }, finish_reason: 'length' }] });
    const answered = clientFor(answer(`${chunks}data: [DONE]\n\n`)).chat(chatRequest);
    const error = await failureOf(answered.pipe(throwIfTruncated()));

    expect(error).toMatchObject({ name: 'OutputError' });
    expectNoKey(error);
  });

  it('no error in a view holds the key', async () => {
    for (const [, , exchange] of echoes) {
      const views = clientFor(exchange)
        .chat(chatRequest)
        .pipe(accumulateView({ retry: { count: 0 } }));
      const view = await lastValueFrom(views);

      expect(view.status).toBe('failed');
      expectNoKey(view.error);
    }
  });

  it('no notice of a retry holds the key', async () => {
    const notices: unknown[] = [];
    const exchange = answer(`Slow down, ${key}`, { status: 429, headers: { 'x-request-id': key, server: key } });
    await failureOf(
      clientFor(exchange)
        .chat(chatRequest)
        .pipe(retryTransient({ count: 1, notify: (notice) => notices.push(notice), random: () => 0 })),
    );

    expect(notices).toHaveLength(1);
    expectNoKey(notices);
  });

  it('the headers of a good answer are not searched', async () => {
    class Unlisted extends Headers {
      override [Symbol.iterator](): never {
        throw new Error('searched');
      }
    }
    const good: TransportEvent = { type: 'head', status: 200, headers: new Unlisted() };
    const onResponse = jest.fn();

    expect(await observe(clientFor(of(good, data(hello))).chat(chatRequest, { onResponse })).ended).toBeUndefined();
    expect(onResponse).toHaveBeenCalledTimes(1);
  });

  it('a good answer is passed on as it came, and an error after it has no key', async () => {
    const seen: TransportEvent[] = [];
    const responses: ResponseInfo[] = [];
    const look: Interceptor = (request, next) => next(request).pipe(tap((event) => seen.push(event)));
    const first = head(200, { 'x-request-id': key, server: key });
    const client = clientFor(of(first, data(eventStream(textChunk('Hel')))), { interceptors: [look] });
    const error = await failureOf(client.chat(chatRequest, { onResponse: (response) => responses.push(response) }));

    expect(seen[0]).toBe(first);
    expect(responses).toMatchObject([{ requestId: key, headers: (first as { headers: Headers }).headers }]);
    expect(error).toMatchObject({ name: 'StreamError', requestId: '[redacted]' });
    expectNoKey(error);
  });

  it('no record of a fake client holds the key', async () => {
    const client = fakeClient([EMPTY]);
    await observe(client.chat(chatRequest, { apiKey: key })).ended;

    expect(client.requests).toHaveLength(1);
    expectNoKey(client);
    expectNoKey(client.requests);
  });

  it('no error of the list of models holds the key', async () => {
    for (const [, , exchange] of echoes) {
      expectNoKey(await failureOf(clientFor(exchange).models()));
    }
  });

  it('no DeadlineError holds the key', () => {
    const scheduler = new VirtualTimeScheduler();
    for (const exchange of [NEVER, concat(of(head(), data(`: ${key}\n\n`)), NEVER)]) {
      let error: unknown;
      clientFor(exchange, { scheduler })
        .chat(chatRequest)
        .subscribe({ error: (reason: unknown) => (error = reason) });
      scheduler.flush();

      expect(error).toMatchObject({ name: 'DeadlineError' });
      expectNoKey(error);
    }
  });

  it('no TypeError for a key that cannot be sent holds it', async () => {
    const broken = `${key}\n${key}`;
    for (const config of [{ apiKey: broken }, { apiKey: () => broken }, { headers: { 'api-key': broken } }]) {
      const error = await failureOf(clientFor(NEVER, config).chat(chatRequest));

      expect(error).toBeInstanceOf(TypeError);
      expectNoKey(error);
    }
  });

  it('no TypeError for a wrong configuration holds it', () => {
    for (const config of [
      { token: key },
      { apiKey: [key] },
      { baseURL: key },
      { baseURL: `http://${encodeURIComponent(key)}@host` },
    ]) {
      const create = (): unknown => createClient({ apiKey: key, ...config } as ClientConfig);

      expect(create).toThrow(TypeError);
      try {
        create();
      } catch (error) {
        expectNoKey(error);
      }
    }
  });

  it('nothing of the key can be seen of a client, its requests and what interceptors get', async () => {
    const seen: unknown[] = [];
    const look: Interceptor = (request, next) => {
      seen.push(request);
      return next(request);
    };
    const client = clientFor(answer('no', { status: 400 }), { interceptors: [look] });
    const chunks = client.chat(chatRequest);
    await failureOf(chunks);

    expect(seen).toHaveLength(1);
    expectNoKey(client);
    expectNoKey(chunks);
    expectNoKey(seen);
  });
});

/** Sets a key of its own. */
function authorizing(own: string): Interceptor {
  return (request, next) => next({ ...request, headers: { ...request.headers, Authorization: `Bearer ${own}` } });
}
