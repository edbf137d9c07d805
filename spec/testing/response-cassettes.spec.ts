import { concat, lastValueFrom, throwError, toArray } from 'rxjs';
import { type Client, type ClientConfig, createClient, type ResponseEvent, type Transport } from '../../src/index.js';
import {
  type Cassette,
  type FakeExchange,
  fakeTransport,
  recordCassette,
  replayCassette,
  responseEvents,
} from '../../src/testing/index.js';
import { failureOf, observe } from '../support/observe.js';
import { transportRequest } from '../support/transport-events.js';
import { key } from '../support/secret-key.js';

const baseURL = 'http://server.test/v1';
const request = { model: 'small', input: 'Hi' };

function clientOf(transport: Transport, config: ClientConfig = {}): Client {
  return createClient({ baseURL, transport, ...config });
}

/** Records what a client does, and returns the cassette. */
async function record(script: readonly FakeExchange[], use: (client: Client) => Promise<unknown>): Promise<Cassette> {
  const recorder = recordCassette({ secrets: [key] });
  await use(clientOf(fakeTransport(script), { apiKey: key, interceptors: [recorder] }));
  // As from a file.
  return JSON.parse(JSON.stringify(await lastValueFrom(recorder.cassette))) as Cassette;
}

function replay(cassette: Cassette): Client {
  return clientOf(replayCassette(cassette, { speed: Infinity }));
}

describe('a cassette of responses', () => {
  it('replays the events of a response', async () => {
    const events = responseEvents([{ summary: 'Hm', encrypted_content: 'gAAAAABo-x_9' }, 'Hello there']);
    const ask = (client: Client): Promise<readonly ResponseEvent[]> =>
      lastValueFrom(client.responses(request).pipe(toArray()));
    const cassette = await record([{ body: events }], ask);

    expect(cassette.exchanges).toMatchObject([
      { request: { operation: 'responses', method: 'POST', url: `${baseURL}/responses` } },
    ]);
    expect(await ask(replay(cassette))).toEqual(events);
  });

  it('finds a request that sends reasoning back, encrypted as it came', async () => {
    const events = responseEvents([{ summary: 'Hm', encrypted_content: 'gAAAAABo-x_9' }, 'Hello']);
    const ask = async (client: Client): Promise<unknown> => {
      const last = await lastValueFrom(client.responses(request));
      const output = 'response' in last ? last.response.output! : [];
      return lastValueFrom(client.responses({ ...request, input: [...output, { role: 'user', content: 'More' }] }));
    };
    const cassette = await record([{ body: events }, { body: responseEvents('There') }], ask);

    expect(cassette.exchanges[1]?.request.json).toMatchObject({
      input: [{ encrypted_content: 'gAAAAABo-x_9' }, {}, {}],
    });
    expect(await ask(replay(cassette))).toMatchObject({ type: 'response.completed' });
  });

  it('replays answers that are one value, by method, path and body', async () => {
    const stored = { id: 'resp_1', object: 'response', status: 'queued' };
    const embeddings = { data: [{ index: 0, embedding: [1, 2] }], model: 'small' };
    const use = (client: Client): Promise<readonly unknown[]> =>
      lastValueFrom(
        concat(
          client.retrieveResponse('resp_1'),
          client.cancelResponse('resp_1'),
          client.deleteResponse('resp_1'),
          client.embeddings({ model: 'small', input: 'Hi' }),
          client.moderations({ input: 'Hi' }),
        ).pipe(toArray()),
      );
    const cassette = await record(
      [
        { body: stored },
        { body: { ...stored, status: 'cancelled' } },
        { body: { id: 'resp_1', deleted: true } },
        { body: embeddings },
        { body: { results: [{ flagged: false }] } },
      ],
      use,
    );
    const reversed = { ...cassette, exchanges: [...cassette.exchanges].reverse() };

    expect(cassette.exchanges.map(({ request: { operation, method } }) => `${operation} ${method}`)).toEqual([
      'responses.retrieve GET',
      'responses.cancel POST',
      'responses.delete DELETE',
      'embeddings POST',
      'moderations POST',
    ]);
    expect(await use(replay(reversed))).toEqual([
      { id: 'resp_1', object: 'response', status: 'queued' },
      { id: 'resp_1', object: 'response', status: 'cancelled' },
      { id: 'resp_1', deleted: true },
      { model: 'small', usage: undefined, embeddings: [Float32Array.of(1, 2)] },
      { results: [{ flagged: false, categories: {}, category_scores: {} }] },
    ]);
    expect(await failureOf(replay(cassette).retrieveResponse('resp_2'))).toMatchObject({
      message: expect.stringContaining(
        '1. responses.retrieve (GET /v1/responses/resp_1): differs in the path',
      ) as unknown,
    });
  });

  it('replays the error of a response that failed, and of one that is not known', async () => {
    const failed = responseEvents('Hel', { failure: { code: 'server_error', message: 'Oops' } });
    const use = async (client: Client): Promise<readonly unknown[]> => [
      await failureOf(client.responses(request)),
      await failureOf(client.retrieveResponse('resp_1')),
    ];
    const cassette = await record(
      [{ body: failed }, { status: 404, body: { error: { message: 'Not found', type: 'invalid_request_error' } } }],
      use,
    );

    expect(await use(replay(cassette))).toMatchObject([
      { name: 'StreamError', kind: 'server', code: 'server_error' },
      { name: 'ApiError', kind: 'not_found', status: 404 },
    ]);
  });

  it('contains no key that a response repeats, in its events or as a document', async () => {
    const pieces = [key.slice(0, 9), key.slice(9), ' it is'];
    const tools = [{ type: 'mcp', server_label: 'docs', authorization: 'hidden-12' }];
    const cassette = await record(
      [{ body: responseEvents({ text: pieces }) }, { body: { id: 'resp_1', output: [], tools, instructions: key } }],
      async (client) => {
        await lastValueFrom(client.responses({ ...request, tools }));
        await lastValueFrom(client.retrieveResponse('resp_1'));
      },
    );
    const text = JSON.stringify(cassette);

    expect([key, key.slice(0, 9), 'hidden-12'].filter((secret) => text.includes(secret))).toEqual([]);
    expect(await observe(replay(cassette).responses({ ...request, tools })).ended).toBeUndefined();
  });

  it('replays a stream that was resumed, with what each exchange brought', async () => {
    const events = responseEvents('Hello there', { background: true });
    const ask = (client: Client): Promise<readonly ResponseEvent[]> =>
      lastValueFrom(
        client.responses({ ...request, background: true }, { resume: { random: () => 0 } }).pipe(toArray()),
      );
    const cassette = await record(
      [
        {
          body: concat(
            events.slice(0, 4),
            throwError(() => new Error('reset')),
          ),
        },
        { status: 503 },
        { body: events.slice(4, 6) },
        { body: events.slice(6) },
      ],
      ask,
    );

    expect(cassette.exchanges.map(({ request: { operation, url } }) => [operation, url.slice(baseURL.length)])).toEqual(
      [
        ['responses', '/responses'],
        ['responses.resume', '/responses/resp_test?stream=true&starting_after=3'],
        ['responses.resume', '/responses/resp_test?stream=true&starting_after=3'],
        ['responses.resume', '/responses/resp_test?stream=true&starting_after=5'],
      ],
    );
    expect(await ask(replay(cassette))).toEqual(events);
  });

  it('replays the exchanges of a resumed stream in order, by their query', async () => {
    const events = responseEvents('Hello there', { background: true });
    const ask = (after: number): ReturnType<typeof transportRequest> => ({
      ...transportRequest(`${baseURL}/responses/resp_test?stream=true&starting_after=${after}`),
      operation: 'responses.resume',
      method: 'GET',
    });
    const requests = [ask(3), ask(3), ask(5)];
    const recorder = recordCassette();
    const transport = fakeTransport([
      {
        body: concat(
          events.slice(4, 6),
          throwError(() => new Error('reset')),
        ),
      },
      { status: 503 },
      { body: events.slice(6) },
    ]);
    for (const each of requests) {
      await observe(recorder(each, transport)).ended;
    }
    const play = replayCassette(await lastValueFrom(recorder.cassette), { speed: Infinity });
    const bodyOf = async (each: (typeof requests)[number]): Promise<string> => {
      const seen = observe(play(each));
      const error = await seen.ended;
      const parts = seen.values.map((event) =>
        event.type === 'data' ? new TextDecoder().decode(event.bytes) : String(event.status),
      );
      return [...parts, ...(error === undefined ? [] : [(error as Error).name])].join('\n');
    };

    // The last one is asked for first.
    expect(await bodyOf(ask(5))).toMatch(/^200\n(?:.|\n)*"sequence_number":6(?:.|\n)*response\.completed/u);
    expect(await bodyOf(ask(3))).toMatch(/^200\n(?:.|\n)*"sequence_number":5(?:.|\n)*ConnectionError$/u);
    expect(await bodyOf(ask(3))).toMatch(/^503/u);
    expect(await failureOf(play(ask(3)))).toMatchObject({
      message: expect.stringContaining('was already replayed') as unknown,
    });
    expect(await failureOf(play(ask(7)))).toMatchObject({
      message: expect.stringContaining('differs in the query') as unknown,
    });
  });
});
