import { Readable } from 'node:stream';
import { lastValueFrom, take, toArray } from 'rxjs';
import { createClient } from '../../src/client/create-client.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import { fetchTransport } from '../../src/transport/fetch/fetch-transport.js';
import { chatRequest, hello } from '../support/answers.js';
import { failureOf } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';

type Fetch = typeof globalThis.fetch;

/** A fetch whose responses lack the streams of the web. */
function fetchOf(body: object, { status = 200, type = 'text/event-stream' } = {}): Fetch {
  const response = { status, headers: new Headers({ 'content-type': type }), type: 'default', ...body };
  return () => Promise.resolve(response as unknown as Response);
}

function clientOf(fetch: Fetch): ReturnType<typeof createClient> {
  return createClient({ baseURL: 'http://server.test/v1', transport: fetchTransport({ fetch }) });
}

const pieces = hello.match(/[^]{1,7}/gu) ?? [];
const bytes = new TextEncoder().encode(hello);

async function* iterate(values: readonly string[]): AsyncGenerator<string> {
  for (const value of values) {
    yield await Promise.resolve(value);
  }
}

describe('a fetch without web streams', () => {
  expectQuietProcess();

  it.each<[string, object]>([
    ['a stream of Node in bytes', { body: Readable.from(pieces.map((piece) => Buffer.from(piece))) }],
    ['a stream of Node in strings', { body: Readable.from(pieces) }],
    ['an async iterable', { body: iterate(pieces) }],
    ['text() without a stream', { text: () => Promise.resolve(hello) }],
    ['text() beside a body that is null', { body: null, text: () => Promise.resolve(hello) }],
    ['a body without a reader, and text()', { body: {}, text: () => Promise.resolve(hello) }],
    ['arrayBuffer() alone', { arrayBuffer: () => Promise.resolve(bytes.buffer) }],
    ['a mock that has no headers', { headers: undefined, text: () => Promise.resolve(hello) }],
    [
      'a mock with a plain object of headers',
      { headers: { 'content-type': 'text/event-stream' }, text: () => Promise.resolve(hello) },
    ],
  ])('streams from %s', async (_what, body) => {
    const texts = clientOf(fetchOf(body)).chat(chatRequest).pipe(textDeltas(), toArray());

    expect(await lastValueFrom(texts)).toEqual(['Hel', 'lo']);
  });

  it('emits what a stream of Node sends before it ends', async () => {
    const body = new Readable({ read: () => undefined });
    body.push(pieces.join(''));

    const texts = clientOf(fetchOf({ body })).chat(chatRequest).pipe(textDeltas(), take(1));

    expect(await lastValueFrom(texts)).toBe('Hel');
    expect(body.destroyed).toBe(true);
  });

  it.each<[string, (text: string) => object]>([
    ['a stream of Node', (text) => ({ body: Readable.from([Buffer.from(text)]) })],
    ['text()', (text) => ({ text: () => Promise.resolve(text) })],
    ['text() beside null', (text) => ({ body: null, text: () => Promise.resolve(text) })],
  ])("keeps the server's words of a refusal from %s", async (_what, bodyOf) => {
    const refusal = JSON.stringify({ error: { message: 'No such model', code: 'model_not_found' } });
    const fetch = fetchOf(bodyOf(refusal), { status: 404, type: 'application/json' });

    expect(await failureOf(clientOf(fetch).chat(chatRequest))).toMatchObject({
      name: 'ApiError',
      code: 'model_not_found',
      message: expect.stringContaining('No such model') as unknown,
    });
  });

  it('turns a broken stream of Node into a connection error', async () => {
    const body = new Readable({ read: () => undefined });
    body.push(pieces[0]);
    body.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));

    expect(await failureOf(clientOf(fetchOf({ body })).chat(chatRequest))).toMatchObject({
      name: 'ConnectionError',
      retryable: true,
    });
  });

  it('says in a final error why a body cannot be read', async () => {
    expect(await failureOf(clientOf(fetchOf({})).chat(chatRequest))).toMatchObject({
      name: 'ProtocolError',
      retryable: false,
      message:
        'The fetch of this runtime returns a response whose body cannot be read: it has no stream, no text() and no arrayBuffer()',
    });
  });

  it.each([undefined, null, 'text'])('says in a final error that a mock returned %p', async (response) => {
    const fetch = (() => Promise.resolve(response)) as unknown as Fetch;

    expect(await failureOf(clientOf(fetch).chat(chatRequest))).toMatchObject({
      name: 'ProtocolError',
      retryable: false,
      message: 'fetch returned no Response; a mock can return new Response(text, { headers })',
    });
  });
});
