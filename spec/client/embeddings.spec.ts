import { concat, from, map, of } from 'rxjs';
import {
  ApiError,
  type Client,
  createClient,
  type EmbeddingsAnswer,
  type EmbeddingsRequest,
  LimitError,
  ProtocolError,
  StreamError,
} from '../../src/index.js';
import { answer, fakeTransport } from '../support/answers.js';
import { countWork } from '../support/count-work.js';
import { closeServers, startServer } from '../support/loopback.js';
import { failureOf, observe, type Observed } from '../support/observe.js';
import { passed, runTimed } from '../support/timed-client.js';
import { data, head } from '../support/transport-events.js';
import { transports } from '../support/transports.js';

const baseURL = 'http://server.test/v1';
const model = 'small';

/** Writes numbers as base64 of little-endian 32-bit numbers. */
function base64(...numbers: readonly number[]): string {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, place) => bytes.writeFloatLE(number, 4 * place));
  return bytes.toString('base64');
}

/** An answer with these items. */
function answerOf(...data: readonly unknown[]): object {
  return { object: 'list', data, model: 'small-1', usage: { prompt_tokens: 5, total_tokens: 5 } };
}

/** Asks for the vectors of `input`, where the server answers with a document, or with a text as it is. */
function embed(input: EmbeddingsRequest['input'], document: unknown): Observed<EmbeddingsAnswer> {
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  const { transport } = fakeTransport(answer(body, { headers: { 'x-request-id': 'r-1' } }));
  return observe(createClient({ baseURL, transport }).embeddings({ model, input }));
}

/** Returns the vectors of an answer that must succeed, as numbers. */
async function vectorsOf(
  input: EmbeddingsRequest['input'],
  ...data: readonly unknown[]
): Promise<readonly (readonly number[])[] | undefined> {
  const seen = embed(input, answerOf(...data));
  expect(await seen.ended).toBeUndefined();
  expect(seen.values).toHaveLength(1);
  return seen.values[0]?.embeddings.map((vector) => [...vector]);
}

describe('embeddings()', () => {
  afterEach(closeServers);

  describe.each(Object.entries(transports))('over %s', (_name, createTransport) => {
    const clientOf = (url: string): Client => createClient({ baseURL: `${url}/v1`, transport: createTransport() });

    it('sends one request for each subscription, and emits one answer', async () => {
      const server = await startServer();
      const source = clientOf(server.url).embeddings({ model, input: ['one', 'two'], dimensions: 2, own: true });
      expect(server.requests).toBe(0);

      for (const requests of [1, 2]) {
        const seen = observe(source);
        const exchange = await server.next();
        const { method, path, headers, body } = exchange;
        exchange.head(200, { 'content-type': 'application/json' });
        exchange.end(
          JSON.stringify(answerOf({ index: 1, embedding: base64(2, 0.5) }, { index: 0, embedding: base64(1, -0.25) })),
        );

        expect(await seen.ended).toBeUndefined();
        expect(seen.values).toEqual([
          {
            model: 'small-1',
            usage: { inputTokens: 5, outputTokens: 0, totalTokens: 5, raw: { prompt_tokens: 5, total_tokens: 5 } },
            embeddings: [Float32Array.of(1, -0.25), Float32Array.of(2, 0.5)],
          },
        ]);
        expect({ method, path }).toEqual({ method: 'POST', path: '/v1/embeddings' });
        expect(headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
        expect(JSON.parse(body)).toEqual({
          model,
          input: ['one', 'two'],
          dimensions: 2,
          own: true,
          encoding_format: 'base64',
        });
        expect(server.requests).toBe(requests);
      }
    });

    it('aborts its request when it is unsubscribed', async () => {
      const server = await startServer();
      const seen = observe(clientOf(server.url).embeddings({ model, input: 'one' }));
      const exchange = await server.next();
      exchange.head(200);
      exchange.write('{"data":[');

      seen.unsubscribe();

      expect(await exchange.over).toBe('cut');
    });

    it('errors with ApiError for a status other than 2xx', async () => {
      const { url } = await startServer({
        answer: ({ head: begin, end }) => {
          begin(400);
          end('{"error":{"message":"Too long","param":"input"}}');
        },
      });

      const error = await failureOf(clientOf(url).embeddings({ model, input: 'one' }));

      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status: 400, kind: 'invalid_request', param: 'input' });
    });
  });

  it.each([
    ['base64', undefined, { encoding_format: 'base64' }],
    ['float', 'float', { encoding_format: 'float' }],
    ['no encoding', null, {}],
  ] as const)('asks for %s if encoding_format is %p, and does not change the request', (_what, encoding, sent) => {
    const { transport, requests } = fakeTransport(answer(JSON.stringify(answerOf({ index: 0, embedding: [1] }))));
    const request = Object.freeze({ model, input: 'one', encoding_format: encoding });

    observe(createClient({ baseURL, transport }).embeddings(request));

    expect(requests).toMatchObject([{ operation: 'embeddings', method: 'POST', url: `${baseURL}/embeddings` }]);
    expect(JSON.parse(requests[0]?.body as string)).toEqual({ model, input: 'one', ...sent });
  });

  it.each([
    ['numbers', [0.5, -2]],
    ['base64', base64(0.5, -2)],
    ['base64 without padding', base64(0.5, -2).replace('=', '')],
  ])('reads %s, whatever was asked for', async (_what, embedding) => {
    expect(await vectorsOf('one', { index: 0, embedding })).toEqual([[0.5, -2]]);
  });

  it.each(['+P//Pvv/+z8=', '-P__Pvv_-z8=', '+P//Pvv/+z8', '-P__Pvv_-z8'])('reads the alphabet of %s', async (text) => {
    const bytes = Buffer.from([0xf8, 0xff, 0xff, 0x3e, 0xfb, 0xff, 0xfb, 0x3f]);

    expect(await vectorsOf('one', { index: 0, embedding: text })).toEqual([
      [bytes.readFloatLE(0), bytes.readFloatLE(4)],
    ]);
  });

  it('reads each item by what it is, and vectors of any length', async () => {
    const items = [base64(1, 2), [3], '', []].map((embedding, index) => ({ index, embedding }));

    expect(await vectorsOf(['a', 'b', 'c', 'd'], ...items)).toEqual([[1, 2], [3], [], []]);
  });

  it.each([
    ['by their index', [2, 0, 1], [11, 12, 10]],
    ['by an index that is a text', ['1', '0', '2'], [11, 10, 12]],
  ])('puts items %s', async (_what, indices, expected) => {
    const items = indices.map((index, place) => ({ index, embedding: [10 + place] }));

    expect(await vectorsOf(['a', 'b', 'c'], ...items)).toEqual(expected.map((number) => [number]));
  });

  it.each<[string, EmbeddingsRequest['input'], number]>([
    ['a text', 'one', 1],
    ['texts', ['one', 'two'], 2],
    ['token ids', [1, 2, 3], 1],
    ['several lists of token ids', [[1, 2], [3], [4]], 3],
  ])('counts the inputs of %s', async (_what, input, count) => {
    const items = Array.from({ length: count }, (_, index) => ({ index, embedding: [index] }));

    expect(await vectorsOf(input, ...items)).toHaveLength(count);
    for (const other of [items.slice(1), [...items, { index: count, embedding: [1] }]]) {
      expect(await embed(input, answerOf(...other)).ended).toBeInstanceOf(ProtocolError);
    }
  });

  it.each([
    ['twice', [0, 0]],
    ['beyond the inputs', [0, 2]],
    ['below 0', [-1, 0]],
    ['that is not whole', [0, 0.5]],
    ['that is not a number', [0, {}]],
    ['for one item only', [0, undefined]],
    ['for no item', [undefined, null]],
    ['that names a prototype', [0, '__proto__']],
  ])('errors with ProtocolError for an index %s', async (_what, indices) => {
    const items = indices.map((index) => ({ index, embedding: [1] }));
    const error = await embed(['a', 'b'], answerOf(...items)).ended;

    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ kind: 'protocol', retryable: false, requestId: 'r-1' });
  });

  it.each([
    ['a length that is no multiple of 4 bytes', Buffer.from('12345').toString('base64')],
    ['base64 that was cut', `${base64(1, 2, 3)}A`],
    ['a text that is not base64', 'secret page!'],
    ['a text of other characters', '\u{1f600}\u{1f600}'],
    ['padding in the middle', 'AA==AAAA'],
    ['a list of texts', ['0.5']],
    ['a list with null', [1, null]],
    ['a list of lists', [[1, 2]]],
    ['an object', { 0: 1 }],
    ['a number', 7],
    ['null', null],
    ['nothing', undefined],
  ])('errors with ProtocolError for %s as an embedding', async (_what, embedding) => {
    const error = await embed(['a', 'b'], answerOf({ index: 0, embedding: [1] }, { index: 1, embedding })).ended;

    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ kind: 'parse', retryable: false });
    expect((error as Error).message).toContain('data.1');
    expect((error as Error).message).not.toContain('secret');
  });

  it.each([
    ['a web page', '<html>secret-page</html>'],
    ['nothing', ''],
    ['broken JSON', '{"data":["secret-page"'],
    ['another object', { 'secret-page': 1 }],
    ['a chat chunk', { id: 'secret-page', choices: [] }],
    ['a bare list', [{ index: 0, embedding: [1] }]],
    ['data that is not a list', { data: { embedding: [1] } }],
    ['items that are no objects', { data: [[1, 2]] }],
    ['null', null],
  ])('errors with ProtocolError for %s, and shows nothing of it', async (_what, document) => {
    const error = await embed('one', document).ended;

    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ kind: 'parse', requestId: 'r-1' });
    expect((error as Error).message).toMatch(/embeddings.*baseURL/u);
    expect((error as Error).message).not.toContain('secret-page');
  });

  it('errors with an error that was sent with status 200', async () => {
    const error = await embed('one', { error: { message: 'Slow down', code: 'rate_limit_exceeded' } }).ended;

    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ kind: 'rate_limit', message: 'Slow down', retryable: true });
  });

  it.each([
    ['absent', {}, undefined, undefined],
    ['of another type', { model: {}, usage: [] }, undefined, undefined],
    ['numbers as text', { model: 'm', usage: { prompt_tokens: '7' } }, 'm', { inputTokens: 7, totalTokens: 7 }],
  ])('takes what is told beside the vectors leniently: %s', async (_what, fields, name, usage) => {
    const seen = embed('one', { data: [{ index: 0, embedding: [1] }], ...fields });

    expect(await seen.ended).toBeUndefined();
    expect(seen.values[0]?.model).toBe(name);
    if (usage === undefined) {
      expect(seen.values[0]?.usage).toBeUndefined();
    } else {
      expect(seen.values[0]?.usage).toMatchObject(usage);
    }
  });

  it('ends an answer that is too long with LimitError', async () => {
    const { transport } = fakeTransport(answer(JSON.stringify(answerOf({ index: 0, embedding: Array(100).fill(0) }))));
    const client = createClient({ baseURL, transport, limits: { answerBytes: 200, eventBytes: Infinity } });

    const error = await observe(client.embeddings({ model, input: 'one' })).ended;

    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ limit: 'answerBytes', maximum: 200 });
  });

  it('ends an answer that takes longer than the deadline for the first chunk, however much of it has come', () => {
    runTimed(({ cold, expectObservable, expectSubscriptions }, createTimed) => {
      const exchange = cold('-h-t-t-t-t', { h: head(200), t: data(' ') });
      const client = createTimed({ transport: fakeTransport(exchange).transport, deadlines: { firstChunk: 6 } });

      expectObservable(client.embeddings({ model, input: 'one' })).toBe('------#', {}, passed('firstChunk'));
      expectSubscriptions(exchange.subscriptions).toBe('^-----!');
    });
  });

  it('does the same work for an answer in bytes as for one in large pieces', () => {
    const body = new TextEncoder().encode(
      JSON.stringify(answerOf({ index: 0, embedding: base64(...Array<number>(5000).fill(1)) })),
    );
    const work = (size: number): number => {
      const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, place) =>
        body.subarray(size * place, size * (place + 1)),
      );
      const exchange = concat(of(head()), from(pieces).pipe(map((bytes) => ({ type: 'data' as const, bytes }))));
      const { transport } = fakeTransport(exchange);
      return countWork(() => createClient({ baseURL, transport }).embeddings({ model, input: 'one' }).subscribe());
    };

    expect(work(1)).toBeLessThan(2 * work(8192));
  });
});
