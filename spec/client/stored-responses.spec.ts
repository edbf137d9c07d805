import type { Observable } from 'rxjs';
import { ApiError, type Client, createClient, ProtocolError, StreamError } from '../../src/index.js';
import { answer, fakeTransport } from '../support/answers.js';
import { closeServers, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { transports } from '../support/transports.js';

const baseURL = 'http://server.test/v1';
const completed = { id: 'resp_1', object: 'response', status: 'completed', error: null, output: [], own: { kept: 1 } };
const deleted = { id: 'resp_1', object: 'response', deleted: true };

type Method = 'retrieveResponse' | 'cancelResponse' | 'deleteResponse';

const endpoints: readonly (readonly [Method, string, string, string, object])[] = [
  ['retrieveResponse', 'responses.retrieve', 'GET', '', completed],
  ['cancelResponse', 'responses.cancel', 'POST', '/cancel', { ...completed, status: 'cancelled' }],
  ['deleteResponse', 'responses.delete', 'DELETE', '', deleted],
];

/** Calls a method of a client whose server answers with a document, or with a text as it is. */
function ask(method: Method, document: unknown): Observable<unknown> {
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  const { transport } = fakeTransport(answer(body, { headers: { 'x-request-id': 'r-1' } }));
  return createClient({ baseURL, transport })[method]('resp_1');
}

describe('stored responses', () => {
  afterEach(closeServers);

  describe.each(Object.entries(transports))('over %s', (_name, createTransport) => {
    const clientOf = (url: string): Client => createClient({ baseURL: `${url}/v1`, transport: createTransport() });

    it.each(endpoints)('%s asks once for each subscription, and emits the answer', async (method, ...expected) => {
      const [, verb, suffix, document] = expected;
      const server = await startServer();
      const source = clientOf(server.url)[method]('resp_1');
      expect(server.requests).toBe(0);

      for (const requests of [1, 2]) {
        const seen = observe<unknown>(source);
        const exchange = await server.next();
        exchange.head(200, { 'content-type': 'application/json' });
        exchange.end(JSON.stringify(document));

        expect(await seen.ended).toBeUndefined();
        expect(seen.values).toEqual([document]);
        expect(exchange).toMatchObject({ method: verb, path: `/v1/responses/resp_1${suffix}`, body: '' });
        expect(server.requests).toBe(requests);
      }
    });

    it.each(endpoints)('%s aborts its request when it is unsubscribed', async (method) => {
      const server = await startServer();
      const seen = observe<unknown>(clientOf(server.url)[method]('resp_1'));
      const exchange = await server.next();
      exchange.head(200);
      exchange.write('{"id":');

      seen.unsubscribe();

      expect(await exchange.over).toBe('cut');
    });

    it.each(endpoints)('%s errors with ApiError for an id that the server does not know', async (method) => {
      const body = JSON.stringify({ error: { message: "Response with id 'resp_1' not found.", code: null } });
      const { url } = await startServer({
        answer: ({ head, end }) => {
          head(404);
          end(body);
        },
      });

      const error = await failureOf(clientOf(url)[method]('resp_1'));

      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status: 404, kind: 'not_found', retryable: false });
    });

    it.each([
      ['a/../b?c#d', 'a%2F..%2Fb%3Fc%23d'],
      ['..', '%252E%252E'],
      ['.', '%252E'],
      ['%2e%2E', '%252e%252E'],
      ['\\..\\x', '%5C..%5Cx'],
      ['é \u{1f600}\n', '%C3%A9%20%F0%9F%98%80%0A'],
      ['half\ud800', 'half%EF%BF%BD'],
    ])('keep the id %j in its place', async (id, segment) => {
      const server = await startServer();
      observe(clientOf(server.url).cancelResponse(id));

      expect((await server.next()).path).toBe(`/v1/responses/${segment}/cancel`);
    });
  });

  it.each(endpoints)('%s tells interceptors that it is %s', (method, operation, verb) => {
    const { transport, requests } = fakeTransport(answer(JSON.stringify(completed)));
    const client = createClient({ baseURL, transport, apiKey: 'key-1', query: { 'api-version': '1' } });

    observe<unknown>(client[method]('resp_1', { headers: { 'x-mine': 'yes' } }));

    expect(requests).toMatchObject([
      { operation, method: verb, headers: { accept: 'application/json', 'x-mine': 'yes' } },
    ]);
    expect(requests[0]?.url).toMatch(/\?api-version=1$/u);
    expect(requests[0]).not.toHaveProperty('body');
  });

  it.each(endpoints)('%s throws a TypeError for an id that is not a text, or empty', (method) => {
    const client = createClient({ baseURL, transport: fakeTransport().transport });

    for (const id of [undefined, null, 7, '', {}, ['resp_1']]) {
      expect(() => client[method](id as string)).toThrow(TypeError);
      expect(() => client[method](id as string)).toThrow(`${method}() needs the id`);
    }
  });

  it.each([
    ['failed', { ...completed, status: 'failed', error: { code: 'server_error', message: 'It broke' } }],
    ['failed, without its type', { id: 'resp_1', status: 'failed', error: { code: 'server_error' } }],
    ['failed, without its status', { id: 'resp_1', object: 'response', error: { code: 'server_error' } }],
    ['is queued', { ...completed, status: 'queued', error: null }],
    ['tells nothing but its id', { id: 'resp_1' }],
  ])('emit a response that %s', async (_what, document) => {
    for (const method of ['retrieveResponse', 'cancelResponse'] as const) {
      const seen = observe(ask(method, document));

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toEqual([document]);
    }
  });

  it('take fields of another type than documented for absent, and read numbers as text and an error that is a text', async () => {
    const usage = { input_tokens: '3', output_tokens: 4, total_tokens: {}, own: true };
    const odd = {
      object: 'response',
      created_at: '12',
      status: {},
      error: 'no',
      incomplete_details: [],
      model: 1,
      usage,
    };
    const seen = observe(
      ask('retrieveResponse', { id: 'resp_1', ...odd, output: [{ type: 'own' }, 7], background: 1 }),
    );

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual([
      {
        id: 'resp_1',
        object: 'response',
        created_at: 12,
        error: { message: 'no' },
        output: [{ type: 'own' }],
        usage: { input_tokens: 3, output_tokens: 4, own: true },
      },
    ]);
  });

  it('error with an error that was sent with status 200', async () => {
    for (const document of [{ error: { message: 'No access', code: 'invalid_api_key' } }, { error: 'No', id: 'r' }]) {
      for (const [method] of endpoints) {
        expect(await failureOf(ask(method, document))).toBeInstanceOf(StreamError);
      }
    }
  });

  it.each([
    ['a web page', '<html>secret-page</html>'],
    ['nothing', ''],
    ['broken JSON', '{"id":"secret-page"'],
    ['another object', { 'secret-page': 1 }],
    ['an id that is not a text', { id: 7, object: 'response', deleted: true }],
    ['a list', [completed]],
    ['null', null],
  ])('error with ProtocolError for %s, and show nothing of it', async (_what, document) => {
    for (const [method] of endpoints) {
      const error = await failureOf(ask(method, document));

      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ kind: 'parse', requestId: 'r-1' });
      expect((error as Error).message).toMatch(/(a response|what it deleted).*baseURL/u);
      expect((error as Error).message).not.toContain('secret-page');
    }
  });
});
