import {
  concat,
  EMPTY,
  from,
  lastValueFrom,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  switchMap,
  take,
  throwError,
  timer,
} from 'rxjs';
import {
  type Client,
  ConnectionError,
  createClient,
  RateLimitError,
  type ResponseEvent,
  retryOnRateLimit,
  textDeltas,
} from '../../src/index.js';
import {
  chunksOf,
  fakeClient,
  type FakeReply,
  type FakeRequest,
  fakeTransport,
  responseEnd,
  responseEvents,
  responseTextDelta,
  runMarbles,
  textChunk,
} from '../../src/testing/index.js';
import { chatRequest } from '../support/answers.js';
import { legacyChunk } from '../support/chunks.js';
import { failureOf, observe } from '../support/observe.js';

const completionRequest = { model: 'small', prompt: 'Once' };

describe('fakeClient', () => {
  it('replies to every request with a single reply', () => {
    const client = fakeClient(from(chunksOf('Hi')));

    expect(observe(client.chat(chatRequest)).values).toEqual(chunksOf('Hi'));
    expect(observe(client.chat(chatRequest)).values).toEqual(chunksOf('Hi'));
  });

  it('replies with the chunks of a string', () => {
    const one = fakeClient('Hello there');
    const several = fakeClient(['Hello', of(textChunk('Hi')), '']);
    const asked = fakeClient(({ request }) => `I am ${request.model}`);

    expect(observe(one.chat(chatRequest)).values).toEqual(chunksOf('Hello there'));
    expect(observe(one.chat(chatRequest)).values).toEqual(chunksOf('Hello there'));
    expect(observe(several.chat(chatRequest)).values).toEqual(chunksOf('Hello'));
    expect(observe(several.chat(chatRequest)).values).toEqual([textChunk('Hi')]);
    expect(observe(several.chat(chatRequest)).values).toEqual(chunksOf(''));
    expect(observe(asked.chat(chatRequest)).values).toEqual(chunksOf('I am small'));
  });

  it('replies from a list in order, whatever the method', () => {
    const client = fakeClient([of({ id: 'small' }), of(legacyChunk('Once')), of(textChunk('Hi'))]);

    expect(observe(client.models()).values).toEqual([{ id: 'small' }]);
    expect(observe(client.completions(completionRequest)).values).toEqual([legacyChunk('Once')]);
    expect(observe(client.chat(chatRequest)).values).toEqual([textChunk('Hi')]);
  });

  it('replies with the result of a function of the request', () => {
    const client = fakeClient(({ operation, request, options }) =>
      operation === 'models' ? of({ id: 'small' }) : from(chunksOf(`${request.model} ${options.idempotencyKey}`)),
    );

    expect(observe(client.chat(chatRequest, { idempotencyKey: '1' })).values).toEqual(chunksOf('small 1'));
    expect(observe(client.models()).values).toEqual([{ id: 'small' }]);
  });

  it('records a request per subscription, without keys', () => {
    const client = fakeClient(EMPTY);
    const headers = { 'X-Mine': 'yes', Authorization: 'Bearer secret-key-1', 'api-key': 'secret-key-1' };
    const chat = client.chat(chatRequest, { apiKey: 'secret-key-1', headers, context: { label: 'a' } });

    expect(client.requests).toEqual([]);
    merge(chat, client.completions(completionRequest), chat, client.models()).subscribe();
    expect(client.requests).toMatchObject([
      { operation: 'chat', request: chatRequest, options: { headers: { 'X-Mine': 'yes' }, context: { label: 'a' } } },
      { operation: 'completions', request: completionRequest, options: {} },
      { operation: 'chat', request: chatRequest },
      { operation: 'models', request: {} },
    ]);
    expect(JSON.stringify(client.requests)).not.toContain('secret-key-1');
  });

  it('records when each request was sent, and when and how it ended', () => {
    runMarbles(({ chunks, cold, expectObservable, expectSubscriptions, flush }) => {
      const busy = new RateLimitError('429', { status: 429, retryable: true, retryAfter: 4 });
      const failing = cold<never>('-#           ', {}, busy);
      const answer = chunks('           r-a---f|');
      const answerSubs = '          -----^------!';
      const expected = '            -------a----|';
      const client = fakeClient([failing, answer, NEVER, NEVER]);

      expectObservable(client.chat(chatRequest).pipe(retryOnRateLimit(), textDeltas())).toBe(expected);
      expectSubscriptions(answer.subscriptions).toBe(answerSubs);
      expectObservable(client.chat(chatRequest), '------^--!').toBe('');
      expectObservable(client.chat(chatRequest), '-------^').toBe('');
      flush();
      expect(client.requests).toMatchObject([
        { sentAt: 0, endedAt: 1, ending: 'failed' },
        { sentAt: 5, endedAt: 12, ending: 'completed' },
        { sentAt: 6, endedAt: 9, ending: 'unsubscribed' },
        { sentAt: 7, endedAt: undefined, ending: undefined },
      ]);
    });
  });

  describe('a response', () => {
    const responseRequest = { model: 'small', input: 'Hi' };

    it('is the events of a string', () => {
      const client = fakeClient('Hello there');

      expect(observe(client.responses(responseRequest)).values).toEqual(responseEvents('Hello there'));
      expect(client.requests).toMatchObject([
        { operation: 'responses', request: responseRequest, options: {}, ending: 'completed' },
      ]);
    });

    it('is cold, and completes after the event that ends it', () => {
      runMarbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
        const values = { a: responseTextDelta('Hel'), b: responseTextDelta('lo'), e: responseEnd('Hello') };
        const events = cold('  -a-b-e-----|', values);
        const eventSubs = '    ---^----!';
        const expected = '     ----a-b-(e|)';
        const client = fakeClient(events);

        expectObservable(client.responses(responseRequest), '---^').toBe(expected, values);
        expectSubscriptions(events.subscriptions).toBe(eventSubs);
        flush();
        expect(client.requests).toMatchObject([{ sentAt: 3, endedAt: 8, ending: 'completed' }]);
      });
    });

    it.each<[string, readonly ResponseEvent[], object]>([
      [
        'failed',
        responseEvents('Hel', { failure: { code: 'rate_limit_exceeded', message: 'Slow down' } }),
        { name: 'StreamError', kind: 'rate_limit', code: 'rate_limit_exceeded', retryable: true },
      ],
      ['ends early', responseEvents('Hel').slice(0, -1), { name: 'StreamError', kind: 'truncated', retryable: true }],
      ['is empty', [], { name: 'StreamError', kind: 'truncated' }],
      [
        'has an error event',
        [responseTextDelta('Hel'), { type: 'error', code: 'server_error', message: 'Oops' } as never],
        { name: 'StreamError', kind: 'server' },
      ],
      ['has chunks of chat', [textChunk('Hel') as never], { name: 'ProtocolError' }],
    ])('that %s fails as with a real client', async (_title, events, error) => {
      const fake = observe(fakeClient(from(events)).responses(responseRequest));
      const transport = fakeTransport({ body: events });
      const real = observe(createClient({ baseURL: 'http://server.test/v1', transport }).responses(responseRequest));

      expect(await fake.ended).toMatchObject(error);
      expect(await fake.ended).toEqual(await real.ended);
      expect(fake.values).toEqual(real.values);
    });

    it('that goes on in the background tells in its error where to take it up', async () => {
      const lost = new ConnectionError('Lost');
      const [first, second] = responseEvents('Hel', { background: true, id: 'resp_1' });
      const client = fakeClient(
        concat(
          of(first!, second!),
          throwError(() => lost),
        ),
      );
      const seen = observe(client.responses({ ...responseRequest, background: true }));

      expect(await seen.ended).toMatchObject({
        ...{ name: 'ConnectionError', message: 'Lost', retryable: false },
        ...{ responseId: 'resp_1', after: 1 },
      });
      expect(lost.retryable).toBe(true);
    });

    it('is resumed after the events that were read, from a reply with all of them', async () => {
      const events = responseEvents('Hello there', { background: true, id: 'resp_1' });
      const client = fakeClient([from(events.slice(0, 6)), from(events), from(events.slice(0, 7)), from(events)]);
      const first = observe(client.responses(responseRequest));
      const { responseId, after } = (await first.ended) as { responseId: string; after: number };

      expect(observe(client.resumeResponse(responseId, { after })).values).toEqual(events.slice(6));
      expect(await failureOf(client.resumeResponse(responseId, { after }))).toMatchObject({
        ...{ name: 'StreamError', kind: 'truncated', retryable: false, responseId: 'resp_1', after: 6 },
      });
      expect(observe(client.resumeResponse('resp_1', { idempotencyKey: '1' })).values).toEqual(events);
      expect(client.requests.slice(1)).toMatchObject([
        { operation: 'resumeResponse', request: { id: 'resp_1', after: 5 }, options: {} },
        { operation: 'resumeResponse', request: { id: 'resp_1', after: 5 } },
        { operation: 'resumeResponse', request: { id: 'resp_1' }, options: { idempotencyKey: '1' } },
      ]);
    });

    it('is stopped when it is unsubscribed', () => {
      const client = fakeClient(concat(responseEvents('Hello there').slice(0, 5), NEVER));
      client.responses(responseRequest).pipe(take(2)).subscribe();

      expect(client.requests).toMatchObject([{ ending: 'unsubscribed' }]);
    });
  });

  it('replies with single answers', () => {
    const stored = { id: 'resp_1', status: 'completed' };
    const vectors = { model: 'small', usage: undefined, embeddings: [Float32Array.of(1, 2)] };
    const client = fakeClient(({ operation, request }) =>
      operation === 'embeddings'
        ? of(vectors)
        : operation === 'moderations'
          ? of({ results: [] })
          : operation === 'deleteResponse'
            ? of({ id: request.id!, deleted: true })
            : of(stored),
    );

    expect(observe(client.retrieveResponse('resp_1')).values).toEqual([stored]);
    expect(observe(client.cancelResponse('resp_1')).values).toEqual([stored]);
    expect(observe(client.deleteResponse('resp_1')).values).toEqual([{ id: 'resp_1', deleted: true }]);
    expect(observe(client.embeddings({ model: 'small', input: 'Hi' })).values).toEqual([vectors]);
    expect(observe(client.moderations({ input: 'Hi' })).values).toEqual([{ results: [] }]);
    expect(client.requests.map(({ operation, request }) => [operation, request])).toEqual([
      ['retrieveResponse', { id: 'resp_1' }],
      ['cancelResponse', { id: 'resp_1' }],
      ['deleteResponse', { id: 'resp_1' }],
      ['embeddings', { model: 'small', input: 'Hi' }],
      ['moderations', { input: 'Hi' }],
    ]);
  });

  it('reads the time from its scheduler', () => {
    const client = fakeClient(EMPTY, { scheduler: { now: () => 42, schedule: () => EMPTY.subscribe() } });
    client.models().subscribe();

    expect(client.requests).toMatchObject([{ sentAt: 42, endedAt: 42 }]);
  });

  it('stops a synchronous reply when unsubscribed', () => {
    const asked: string[] = [];
    const reply = from(chunksOf('Hello')).pipe(
      map((chunk) => {
        asked.push(chunk.id!);
        return chunk;
      }),
    );
    const client = fakeClient(reply);
    client.chat(chatRequest).pipe(take(1)).subscribe();

    expect(asked).toHaveLength(1);
    expect(client.requests).toMatchObject([{ ending: 'unsubscribed' }]);
  });

  it('works in streams that are built on a client', async () => {
    const client = fakeClient([from(chunksOf('one')), from(chunksOf('two'))]);
    const answers = of(1, 2).pipe(switchMap((wait) => timer(wait).pipe(switchMap(() => client.chat(chatRequest)))));

    expect(await lastValueFrom(answers)).toEqual(chunksOf('two').at(-1));
  });

  it('fails when its list has run out', async () => {
    const client = fakeClient([EMPTY]);
    observe(client.chat(chatRequest));

    const error = await failureOf(client.completions(completionRequest));
    expect(error).toEqual(new Error('fakeClient has no answer to request 2 (completions): its list has only 1'));
    expect(client.requests[1]).toMatchObject({ operation: 'completions', ending: 'failed' });
  });

  it.each<[string, (client: Client) => Observable<unknown>]>([
    ['embeddings', (client) => client.embeddings({ model: 'small', input: 'Hi' })],
    ['moderations', (client) => client.moderations({ input: 'Hi' })],
    ['retrieveResponse', (client) => client.retrieveResponse('resp_1')],
    ['cancelResponse', (client) => client.cancelResponse('resp_1')],
    ['deleteResponse', (client) => client.deleteResponse('resp_1')],
    ['models', (client) => client.models()],
  ])('fails when it has a string for %s, which emits no text', async (operation, ask) => {
    expect(await failureOf(ask(fakeClient('Hi')))).toEqual(
      new TypeError(`fakeClient has a string for ${operation}(), which emits no text: reply with an Observable`),
    );
  });

  it('tells the streams of a relay to onResponse, before the reply', () => {
    const told: unknown[] = [];
    const streamId = ({ request: { model } }: FakeRequest): string | undefined =>
      model === 'small' ? 'stream_0123456789' : undefined;
    const client = fakeClient('Hi', { streamId });
    const ask = (model: string): void => {
      client
        .chat({ ...chatRequest, model }, { onResponse: ({ status, streamId: id }) => told.push([status, id]) })
        .pipe(textDeltas())
        .subscribe((text) => told.push(text));
    };
    ask('small');
    ask('large');

    expect(told).toEqual([[200, 'stream_0123456789'], 'Hi', 'Hi']);
  });

  it('fails when its function does not return a reply', async () => {
    const client = fakeClient(() => undefined as never);

    expect(await failureOf(client.models())).toEqual(
      new TypeError('replies() must be a string or an Observable, not undefined'),
    );
  });

  it.each<readonly [string, () => unknown, string]>([
    ['a reply that is a number', () => fakeClient(5 as never), 'replies must be a string or an Observable, not 5'],
    [
      'an invalid reply in a list',
      () => fakeClient([EMPTY, [] as never]),
      'replies[1] must be a string or an Observable, not an object',
    ],
    ['an empty list', () => fakeClient([]), 'replies must be a list of at least one answer, not an object'],
    [
      'a configuration that is a number',
      () => fakeClient(EMPTY, 1 as never),
      'The configuration of fakeClient must be',
    ],
    ['a stream with a short id', () => fakeClient(EMPTY, { streamId: 's1' }), 'streamId must be the id of a stream'],
    ['a request without messages', () => fakeClient(EMPTY).chat({ model: 'small' } as never), 'chat() needs messages'],
    ['a request without a prompt', () => fakeClient(EMPTY).completions({ model: 'small' } as never), 'needs prompt'],
    ['a request that is no object', () => fakeClient(EMPTY).responses('Hi' as never), 'responses() takes a request'],
    ['embeddings without input', () => fakeClient(EMPTY).embeddings({ model: 'small' } as never), 'needs input'],
    ['moderations without input', () => fakeClient(EMPTY).moderations({} as never), 'moderations() needs input'],
    ['an empty id', () => fakeClient(EMPTY).retrieveResponse(''), 'retrieveResponse() needs the id of a response'],
    ['an empty id to resume', () => fakeClient(EMPTY).resumeResponse(''), 'resumeResponse() needs the id'],
    ['a number that is negative', () => fakeClient(EMPTY).resumeResponse('a', { after: -1 }), 'takes after as the'],
    ['an id to cancel that is a number', () => fakeClient(EMPTY).cancelResponse(1 as never), 'cancelResponse() needs'],
    ['no id to delete', () => fakeClient(EMPTY).deleteResponse(undefined as never), 'deleteResponse() needs the id'],
    ['an unknown option of a response', () => fakeClient(EMPTY).responses({}, { retry: 1 } as never), 'retryTransient'],
    ['an unknown option', () => fakeClient(EMPTY).models({ timeout: 5 } as never), 'use deadlines'],
  ])('refuses %s', (_, build, message) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });

  it('accepts streams of chunks, legacy chunks, response events and models', () => {
    const replies: readonly FakeReply[] = [
      of(textChunk('a')),
      of(legacyChunk('a')),
      from(responseEvents('a')),
      of({ id: 'small' }),
      EMPTY,
    ];

    expect(fakeClient(replies).requests).toEqual([]);
  });
});
