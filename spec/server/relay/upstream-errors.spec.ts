import { inspect } from 'node:util';
import {
  concat,
  defer,
  NEVER,
  type Observable,
  of,
  Subject,
  throwError,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { ConnectionError, createClient, fetchTransport, limitRate, type TransportEvent } from '../../../src/index.js';
import { relay } from '../../../src/server/index.js';
import { answer, chatRequest, eventStream, hello, textChunk } from '../../support/answers.js';
import { closeServers, deserted, startServer } from '../../support/loopback.js';
import { chatPath, errorOf, relayed } from '../../support/relayed.js';
import { collectReported } from '../../support/reported.js';
import { data, head } from '../../support/transport-events.js';

const reported = collectReported();

afterEach(closeServers);

const json = { 'content-type': 'application/json' };

/** Words that no caller may read. */
const secret = 'Organization org-1 with key sk-of-the-operator';

function refusal(status: number, error: object = {}, headers: Readonly<Record<string, string>> = {}) {
  const body = JSON.stringify({ error: { message: secret, ...error } });
  return answer(body, { status, headers: { ...json, ...headers } });
}

const unavailable = {
  message: "The model's server is not available",
  type: expect.any(String),
  code: 'upstream_unavailable',
  param: null,
};

type Way = readonly [string, path: string, body: object];

const responseRequest = { model: 'small', input: 'Hi' };
const wholeChat: Way = ['a request for chunks', chatPath, chatRequest];
const ways: readonly Way[] = [
  wholeChat,
  ['a stream of chunks', chatPath, { ...chatRequest, stream: true }],
  ['a request for a response', '/responses', responseRequest],
  ['a stream of a response', '/responses', { ...responseRequest, stream: true }],
];

async function answerTo(exchange: Observable<TransportEvent>, [, path, body] = wholeChat): Promise<[number, unknown]> {
  const response = await relayed({}, exchange).post(path, body);
  return [response.status, await errorOf(response)];
}

describe.each(ways)('An error of the upstream, as a relay answers %s with it,', (...way) => {
  it.each([400, 404, 413, 422])('keeps its words where it refuses the request: %i', async (status) => {
    const error = { message: 'temperature is too high', code: 'invalid_value', param: 'temperature' };
    const [answered, told] = await answerTo(refusal(status, error), way);

    expect([answered, told]).toEqual([status, { ...error, type: status === 404 ? 'not_found' : 'invalid_request' }]);
  });

  it.each<[string, (error: object) => Observable<TransportEvent>]>([
    ['with its status', (error) => answer(JSON.stringify({ error }), { status: 400, headers: json })],
    ['in a stream', (error) => answer(eventStream(textChunk('Hel'), { error: { ...error, code: 'invalid_prompt' } }))],
  ])('has no key among its words: %s', async (_, answerWith) => {
    const key = 'sk-of-the-operator';
    const error = { message: `Wrong field beside ${key}`, code: `for_${key}`, param: key };
    const response = await relayed({}, answerWith(error)).post(chatPath, chatRequest);
    const told = await response.text();

    expect(response.status).toBe(400);
    expect(told).toContain('Wrong field beside');
    expect(told).not.toContain(key);
  });

  it.each([
    [401, {}],
    [402, {}],
    [403, {}],
    [429, { code: 'insufficient_quota' }],
    [400, { message: 'Your credit balance is too low', type: 'invalid_request_error' }],
    [500, { code: 'insufficient_quota' }],
  ])('is 502 where it is about the account: %i %j', async (status, error) => {
    expect(await answerTo(refusal(status, error), way)).toEqual([502, unavailable]);
  });

  it.each<[string, Observable<TransportEvent>]>([
    ['authentication', refusal(401)],
    ['permission', refusal(403)],
    ['quota', refusal(402)],
    ['quota', answer(eventStream('{"error":{"message":"Over","code":"insufficient_quota"}}'))],
    ['connection', throwError(() => new ConnectionError('connect ECONNREFUSED', { retryable: true }))],
    ['protocol', answer('<html>', { headers: { 'content-type': 'text/html' } })],
  ])('is told to the operator where only the operator can do something about it: %s', async (kind, exchange) => {
    const response = await relayed({}, exchange).post(chatPath, chatRequest);
    await response.text();

    expect(reported).toEqual([expect.objectContaining({ kind })]);
    expect(inspect(reported)).not.toContain('sk-of-the-operator');
  });

  it.each([400, 404, 429, 500, 503])(
    'is not told to the operator where it is about one request: %i',
    async (status) => {
      await answerTo(refusal(status));

      expect(reported).toEqual([]);
    },
  );

  it.each([
    [429, {}, 429, 'rate_limit'],
    [429, { code: 'engine_overloaded' }, 429, 'overloaded'],
    [500, {}, 500, 'server'],
    [503, {}, 503, 'server'],
    [529, {}, 529, 'overloaded'],
    [599, {}, 599, 'server'],
    [405, {}, 502, 'invalid_request'],
    [408, {}, 504, 'timeout'],
    [409, {}, 502, 'conflict'],
  ])('has a text of ours: %i %j is %i %s', async (status, error, expected, type) => {
    const [answered, told] = await answerTo(refusal(status, error), way);

    expect([answered, told]).toMatchObject([expected, { type, param: null }]);
    expect(JSON.stringify(told)).not.toMatch(/org-1|sk-of/u);
  });

  it.each<[string, Observable<TransportEvent>]>([
    ['no connection', throwError(() => new ConnectionError(`connect ECONNREFUSED ${secret}`, { retryable: true }))],
    ['a redirect', of(head(307, { location: 'https://elsewhere.test' }))],
    ['a web page', answer('<html>', { headers: { 'content-type': 'text/html' } })],
    ['no event stream', answer('OK', { headers: { 'content-type': 'text/plain' } })],
    ['other JSON', answer('{"ok":true}', { headers: json })],
  ])('is 502 for %s', async (_, exchange) => {
    expect(await answerTo(exchange, way)).toMatchObject([502, { code: 'upstream_unavailable', param: null }]);
  });

  it('has the headers that pass', async () => {
    const [, path, body] = way;
    const passing = { 'retry-after': '7', 'retry-after-ms': '6500', 'x-request-id': 'req_1' };
    const exchange = refusal(429, {}, { ...passing, 'set-cookie': 'a=b', 'openai-organization': 'org-1' });
    const { headers } = await relayed({}, exchange).post(path, body);

    expect(Object.fromEntries(headers)).toEqual({ ...passing, 'content-type': 'application/json' });
  });
});

describe('An error of the upstream, as a relay answers it,', () => {
  it.each<[string, Observable<TransportEvent>]>([
    ['an end before the answer is whole', answer(eventStream(textChunk('Hel')))],
    ['broken chunks', answer(eventStream('{"choices":7}'))],
  ])('is 502 for %s', async (_, exchange) => {
    expect(await answerTo(exchange)).toMatchObject([502, { code: 'upstream_unavailable', param: null }]);
  });

  it.each([
    [{ code: 'rate_limit_exceeded' }, 429],
    [{ code: 'invalid_prompt' }, 400],
    [{ code: 'model_not_found' }, 404],
    [{ code: 'server_overloaded', type: 'overloaded_error' }, 503],
    [{ code: 'insufficient_quota' }, 502],
    [{ code: 'anything' }, 502],
  ])('has the status of its kind inside a stream: %j is %i', async (error, status) => {
    const frame = eventStream(textChunk('Hel'), { error: { message: 'Refused', ...error } });

    expect(await answerTo(answer(frame))).toMatchObject([status, { param: null }]);
  });

  it('is 504 for a deadline', async () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction, Infinity);
    const transport = (): Observable<TransportEvent> => NEVER;
    const client = createClient({
      baseURL: 'https://upstream.test',
      transport,
      scheduler,
      deadlines: { headers: 1000 },
    });
    const handle = relay({ client, authorize: 'anyone', models: ['small'] });
    const init = { method: 'POST', headers: json, body: JSON.stringify(chatRequest) };
    const response = handle(new Request('http://localhost/chat/completions', init));
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    scheduler.flush();

    expect((await response).status).toBe(504);
    expect(await errorOf(await response)).toMatchObject({
      message: "The model's server took too long",
      type: 'timeout',
    });
  });

  it('is 502 for a server that is not there', async () => {
    const client = createClient({ baseURL: await deserted(), transport: fetchTransport() });
    const handle = relay({ client, authorize: 'anyone', models: ['small'] });
    const init = { method: 'POST', headers: json, body: JSON.stringify(chatRequest) };
    const response = await handle(new Request('http://localhost/chat/completions', init));

    expect([response.status, await errorOf(response)]).toEqual([502, unavailable]);
  });

  it('passes pauses and the id of the request, if they are well-formed', async () => {
    const passed = async (headers: Readonly<Record<string, string>>): Promise<object> => {
      const response = await relayed({}, refusal(503, {}, headers)).post(chatPath, chatRequest);
      return Object.fromEntries([...response.headers].filter(([name]) => name !== 'content-type'));
    };
    const date = 'Fri, 31 Dec 2027 23:59:59 GMT';

    expect(await passed({ 'retry-after': '7', 'retry-after-ms': '6500', 'x-request-id': 'req_1' })).toEqual({
      'retry-after': '7',
      'retry-after-ms': '6500',
      'x-request-id': 'req_1',
    });
    expect(await passed({ 'retry-after': date, 'request-id': 'req_2' })).toEqual({
      'retry-after': date,
      'x-request-id': 'req_2',
    });
    expect(await passed({ 'retry-after': 'soon', 'retry-after-ms': '-1', 'x-request-id': 'a b' })).toEqual({});
    expect(
      await passed({ 'retry-after': '1e9', 'retry-after-ms': 'Infinity', 'x-request-id': 'x'.repeat(129) }),
    ).toEqual({});
    expect(await passed({ 'x-request-id': 'for-sk-of-the-operator' })).toEqual({
      'x-request-id': expect.not.stringContaining('sk-of'),
    });
    expect(
      await passed({
        'set-cookie': 'a=b',
        'openai-organization': 'org-1',
        'x-ratelimit-limit-requests': '7',
        'www-authenticate': 'Bearer',
      }),
    ).toEqual({});
  });

  it('tells the pause that stands in its body', async () => {
    const exchange = refusal(429, { details: [{ retryDelay: '34.4s' }] });
    const response = await relayed({}, exchange).post(chatPath, chatRequest);

    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '35']);
  });

  it('may be one of the limit on its own requests', async () => {
    const transport = (): Observable<TransportEvent> => answer(hello);
    const limit = limitRate({ requests: 1, maxDelay: 0 });
    const client = createClient({ baseURL: 'https://upstream.test', transport, interceptors: [limit] });
    const handle = relay({ client, authorize: 'anyone', models: ['small'] });
    const ask = (): Promise<Response> =>
      handle(
        new Request('http://localhost/chat/completions', {
          method: 'POST',
          headers: json,
          body: JSON.stringify(chatRequest),
        }),
      );
    await ask();
    const response = await ask();

    expect([response.status, response.headers.get('retry-after')]).toEqual([
      429,
      expect.stringMatching(/^(?:59|60)$/u),
    ]);
  });
});

describe('A caller that leaves while the answer is made', () => {
  it('cancels the request to the upstream', async () => {
    const server = await startServer();
    const client = createClient({ baseURL: server.url, transport: fetchTransport() });
    const handle = relay({ client, authorize: 'anyone', models: ['small'] });
    const leaving = new AbortController();
    const init = { method: 'POST', headers: json, body: JSON.stringify(chatRequest), signal: leaving.signal };
    const response = handle(new Request('http://localhost/chat/completions', init));
    const served = await server.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    served.write(eventStream(textChunk('Hel')));
    leaving.abort();

    expect(await served.over).toBe('cut');
    expect((await response).status).toBe(499);
  });

  it('has room for another one', async () => {
    const open = concat(of(head(200, { 'content-type': 'text/event-stream' })), NEVER);
    const { ask } = relayed({ limits: { streamsPerUser: 1 } }, open);
    const post = (signal: AbortSignal): Promise<Response> =>
      ask(chatPath, { method: 'POST', headers: json, body: JSON.stringify(chatRequest), signal });
    for (let time = 0; time < 3; time += 1) {
      const leaving = new AbortController();
      const response = post(leaving.signal);
      await new Promise((resolve) => setImmediate(resolve));
      leaving.abort();

      expect((await response).status).toBe(499);
    }
  });
});

describe('The limit on open answers of a user', () => {
  const open = concat(of(head(200, { 'content-type': 'text/event-stream' })), NEVER);

  it('refuses one more with 429', async () => {
    const { post, ask, received } = relayed(
      { authorize: ({ headers }) => ({ user: headers.get('x-user') ?? 'anna' }) },
      open,
    );
    const leaving = new AbortController();
    const asked = Array.from({ length: 8 }, () =>
      ask(chatPath, { method: 'POST', headers: json, body: JSON.stringify(chatRequest), signal: leaving.signal }),
    );
    while (received.length < 8) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const refused = await post(chatPath, chatRequest);

    expect([refused.status, await errorOf(refused)]).toEqual([
      429,
      { message: 'At most 8 answers may be open at once', type: 'rate_limit', code: 'too_many_streams', param: null },
    ]);
    const other = ask(chatPath, {
      method: 'POST',
      headers: { ...json, 'x-user': 'bert' },
      body: JSON.stringify(chatRequest),
      signal: leaving.signal,
    });
    while (received.length < 9) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    leaving.abort();
    await Promise.all([...asked, other]);

    expect(received).toHaveLength(9);
  });

  it('counts a stream until the upstream has ended it', async () => {
    const pieces = new Subject<TransportEvent>();
    const answers = [concat(of(head(200, { 'content-type': 'text/event-stream' })), pieces), answer(hello)];
    const { post } = relayed(
      { limits: { streamsPerUser: 1 } },
      defer(() => answers.shift() ?? NEVER),
    );
    const stream = await post(chatPath, { ...chatRequest, stream: true });
    const refused = await post(chatPath, { ...chatRequest, stream: true });
    pieces.next(data(hello));
    pieces.complete();
    const text = await stream.text();
    const next = await post(chatPath, chatRequest);

    expect([stream.status, refused.status]).toEqual([200, 429]);
    expect(text).toContain('[DONE]');
    expect(next.status).toBe(200);
  });

  it('counts an answer until it is whole, also one that fails', async () => {
    for (const exchange of [answer(hello), refusal(500)]) {
      const { post } = relayed({ limits: { streamsPerUser: 1 } }, exchange);
      const first = await post(chatPath, chatRequest);
      const second = await post(chatPath, chatRequest);

      expect(second.status).toBe(first.status);
    }
  });
});
