import type { Observable } from 'rxjs';
import { type Client, createClient, isLlmError, type RequestOptions } from '../../src/index.js';
import { eventStream, textChunk } from '../support/answers.js';
import { closeServers, type LoopbackServer, startServer } from '../support/loopback.js';
import { observe, turnsUntil } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { transports } from '../support/transports.js';

/** How long a connection may stay open on a busy machine, in milliseconds. */
const closing = 10_000;

const json = 'application/json';
const chunks = eventStream(textChunk('secret-text'), textChunk('', 'stop'), '[DONE]');
const page = '<!doctype html><title>secret-text</title>';

/** Answers that no endpoint gives, except for the one that they are from. */
const answers = {
  'chat chunks': [200, 'text/event-stream', chunks],
  'chat chunks, as JSON': [200, json, chunks],
  'a chat completion': [
    200,
    json,
    { id: 'chat-1', object: 'chat.completion', choices: [{ message: { content: 'secret-text' } }] },
  ],
  models: [200, json, { object: 'list', data: [{ id: 'secret-text', object: 'model' }] }],
  'JSON of another shape': [200, json, { 'secret-text': [{}] }],
  'a list': [200, json, [{ id: 'secret-text' }]],
  'a web page': [200, 'text/html', page],
  'a web page, as JSON': [200, json, page],
  'a web page, as events': [200, 'text/event-stream', page],
  nothing: [200, json, ''],
  'nothing, as events': [200, 'text/event-stream', ''],
  'no content': [204, json, ''],
  'a web page, refusing': [404, 'text/html', page],
  'nothing, failing': [500, json, ''],
} as const satisfies Readonly<Record<string, readonly [number, string, unknown]>>;

type Endpoint = (client: Client, options: RequestOptions) => Observable<unknown>;

const single: Readonly<Record<string, Endpoint>> = {
  embeddings: (client, options) => client.embeddings({ model: 'small', input: 'Hi' }, options),
  moderations: (client, options) => client.moderations({ input: 'Hi' }, options),
  retrieveResponse: (client, options) => client.retrieveResponse('resp_1', options),
  cancelResponse: (client, options) => client.cancelResponse('resp_1', options),
  deleteResponse: (client, options) => client.deleteResponse('resp_1', options),
};

const streaming: Readonly<Record<string, Endpoint>> = {
  responses: (client, options) => client.responses({ model: 'small', input: 'Hi' }, options),
  resumeResponse: (client, options) => client.resumeResponse('resp_1', { ...options, resume: false }),
};

const notExpected = { name: 'ProtocolError', retryable: false };

/** The error of an answer, where it is not the usual one. */
function errorOf(what: string, streams: boolean): object {
  if (what.endsWith('refusing')) {
    return { name: 'ApiError', kind: 'not_found', status: 404, retryable: false };
  }
  if (what.endsWith('failing')) {
    return { name: 'ApiError', kind: 'server', status: 500 };
  }
  return streams && /^no(?:thing| content)/u.test(what) ? { name: 'StreamError', kind: 'truncated' } : notExpected;
}

expectQuietProcess();
afterAll(closeServers);

describe.each(Object.entries(transports))('over %s, an answer of another kind', (_name, createTransport) => {
  let server: LoopbackServer;
  let client: Client;
  let exchange: readonly [status: number, type: string, document: unknown];

  beforeAll(async () => {
    server = await startServer({
      answer: ({ head, end }) => {
        const [status, type, document] = exchange;
        head(status, { 'content-type': type, connection: 'close' });
        end(status === 204 ? undefined : typeof document === 'string' ? document : JSON.stringify(document));
      },
    });
    client = createClient({ baseURL: `${server.url}/v1`, transport: createTransport() });
  });

  it.each([
    ...Object.entries(single).map(([name, ask]) => [name, ask, false] as const),
    ...Object.entries(streaming).map(([name, ask]) => [name, ask, true] as const),
  ])('is one error of %s, which emits and shows nothing of it, and asks once', async (_endpoint, ask, streams) => {
    for (const [what, answer] of Object.entries(answers)) {
      exchange = answer;
      const before = server.requests;

      const seen = observe(ask(client, {}));
      const error = await seen.ended;
      await turnsUntil(() => server.openConnections === 0, closing);

      expect([what, error]).toEqual([what, expect.objectContaining(errorOf(what, streams))]);
      expect([what, isLlmError(error) && JSON.stringify([error, error.message, error.stack])]).toEqual([
        what,
        expect.not.stringContaining('secret-text'),
      ]);
      expect([what, seen.values, server.requests - before, server.openConnections]).toEqual([what, [], 1, 0]);
    }
  });
});

describe('an id of a response', () => {
  let server: LoopbackServer;
  const paths: string[] = [];

  beforeAll(async () => {
    server = await startServer({
      answer: ({ path, head, end }) => {
        paths.push(path);
        head(404);
        end();
      },
    });
  });

  it.each(['retrieveResponse', 'cancelResponse', 'deleteResponse', 'resumeResponse'] as const)(
    'is one segment of the address that %s asks, whatever it holds',
    async (method) => {
      const client = createClient({ baseURL: `${server.url}/v1` });
      for (const [id, segment] of [
        ['.', '%252E'],
        ['..', '%252E%252E'],
        ['/', '%2F'],
        ['a/../../models', 'a%2F..%2F..%2Fmodels'],
        ['%', '%25'],
        ['%2e%2e', '%252e%252e'],
        ['?stream=false#x', '%3Fstream%3Dfalse%23x'],
        [' \r\n\0', '%20%0D%0A%00'],
        ['réponse 山🏔', 'r%C3%A9ponse%20%E5%B1%B1%F0%9F%8F%94'],
        ['half\udc00', 'half%EF%BF%BD'],
        ['__proto__', '__proto__'],
      ] as const) {
        paths.length = 0;

        expect(await observe<unknown>(client[method](id)).ended).toMatchObject({ kind: 'not_found' });
        expect(paths).toEqual([expect.stringMatching(/^\/v1\/responses\/[^/?]+(?:\/cancel|\?stream=true)?$/u)]);
        expect(paths[0]?.split(/[/?]/u)[3]).toBe(segment);
      }
    },
  );
});
