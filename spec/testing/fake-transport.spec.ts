import { from, NEVER, of, take, throwError } from 'rxjs';
import {
  accumulateText,
  ConnectionError,
  createClient,
  retryTransient,
  textDeltas,
  type TransportEvent,
} from '../../src/index.js';
import {
  chunksOf,
  fakeTransport,
  finishChunk,
  responseCreated,
  responseEnd,
  responseEvents,
  responseTextDelta,
  roleChunk,
  runMarbles,
  textChunk,
} from '../../src/testing/index.js';
import { chatRequest, hello } from '../support/answers.js';
import { failureOf, observe } from '../support/observe.js';
import { data, head, transportRequest } from '../support/transport-events.js';

const baseURL = 'http://server.test/v1';
const url = `${baseURL}/chat/completions`;
const post = transportRequest(url);
const values = { a: 'Hel', b: 'lo' };
const none = { headers: Infinity, firstChunk: Infinity, idle: Infinity, total: Infinity };

/** Decodes each piece of a body. */
function piecesOf(events: readonly TransportEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'data' ? [new TextDecoder().decode(event.bytes)] : []));
}

describe('fakeTransport', () => {
  describe('a real client', () => {
    it('streams chunks from marbles, and [DONE] after them', () => {
      runMarbles(({ chunks, expectObservable, expectSubscriptions }) => {
        const body = chunks('    r-a-b-f-|', values);
        const bodySubs = '       ^-------!';
        const expected = '       --a-b---|';
        const client = createClient({ baseURL, transport: fakeTransport({ body }) });

        expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe(expected, values);
        expectSubscriptions(body.subscriptions).toBe(bodySubs);
      });
    });

    it.each([
      ['is cut', 'r-a-b|', undefined, '--a-b#', 'truncated'],
      ['stalls', 'r-a-b-', undefined, '--a-b 4999ms #', 'timeout'],
      ['breaks', 'r-a-b#', undefined, '--a-b#', 'connection'],
      ['has an error frame', 'r-a-(be)', { error: { code: 'overloaded' } }, '--a-(b#)', 'overloaded'],
    ])('sees an answer that %s', (_title, marbles, error, expected, kind) => {
      runMarbles(({ cold, expectObservable }) => {
        const pieces = { r: roleChunk(), a: textChunk('Hel'), b: textChunk('lo'), e: { ...error } };
        const transport = fakeTransport({ body: cold(marbles, pieces) });
        const client = createClient({ baseURL, transport, deadlines: { idle: 5000 } });

        expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe(expected, values, { kind });
      });
    });

    it.each([
      ['one of two choices is cut', [textChunk('A'), textChunk('B', { choice: 1 }), finishChunk()], '(b#)'],
      [
        'both choices are whole',
        [textChunk('A'), finishChunk(), textChunk('B', { choice: 1 }), finishChunk('stop', { choice: 1 })],
        '(b|)',
      ],
    ])('sees whether %s', (_title, body, expected) => {
      runMarbles(({ expectObservable }) => {
        const client = createClient({ baseURL, transport: fakeTransport({ body }) });
        const text = client.chat({ ...chatRequest, n: 2 }).pipe(textDeltas(1));

        expectObservable(text).toBe(expected, { b: 'B' }, { kind: 'truncated' });
      });
    });

    it('sees a whole answer without a finish reason if [DONE] is asked for', () => {
      runMarbles(({ chunks, expectObservable }) => {
        const transport = fakeTransport({ body: chunks('r-a-b|', values), done: true });
        const client = createClient({ baseURL, transport });

        expectObservable(client.chat(chatRequest).pipe(textDeltas())).toBe('--a-b|', values);
      });
    });

    it('waits out a rate limit and a lost connection', () => {
      runMarbles(({ chunks, cold, expectObservable, flush }) => {
        const transport = fakeTransport([
          { status: 429, headers: { 'retry-after': '2' }, body: { error: { message: 'Slow down' } } },
          { body: cold('-#') },
          { headAfter: 5, body: chunks('r-a-b-f|', values) },
        ]);
        const client = createClient({ baseURL, transport });
        const text = client.chat(chatRequest).pipe(retryTransient({ random: () => 0.004 }), textDeltas());

        // 2 s of retry-after, 1 ms until the connection breaks, a random pause of 4 ms, and 5 ms until the head.
        expectObservable(text).toBe('2010ms --a-b--|', values);
        flush();
        expect(transport.requests).toMatchObject([
          { sentAt: 0, endedAt: 0, ending: 'completed' },
          { sentAt: 2000, endedAt: 2001, ending: 'failed' },
          { sentAt: 2005, endedAt: 2017, ending: 'completed' },
        ]);
      });
    });

    it('raises its deadlines, and unsubscribes from the exchange', () => {
      runMarbles(({ chunks, expectObservable, flush }) => {
        const transport = fakeTransport([{ headAfter: Infinity }, { body: chunks('r-a-----b', values) }]);
        const client = createClient({ baseURL, transport, deadlines: { ...none, headers: 7, idle: 4 } });

        expectObservable(client.chat(chatRequest)).toBe('7ms #', {}, { name: 'DeadlineError', deadline: 'headers' });
        const text = client.chat(chatRequest).pipe(textDeltas());
        expectObservable(text, '-^').toBe('---a---#', values, { name: 'DeadlineError', deadline: 'idle' });
        flush();
        expect(transport.requests).toMatchObject([
          { sentAt: 0, endedAt: 7, ending: 'unsubscribed' },
          { sentAt: 1, endedAt: 7, ending: 'unsubscribed' },
        ]);
      });
    });

    it('aborts the exchange and its body when it is unsubscribed', () => {
      runMarbles(({ chunks, expectObservable, expectSubscriptions, flush }) => {
        const body = chunks('    r-a-b-f|', values);
        const unsubscribe = '    ---!    ';
        const bodySubs = '       ^--!    ';
        const expected = '       --a     ';
        const transport = fakeTransport({ body });
        const client = createClient({ baseURL, transport });

        expectObservable(client.chat(chatRequest).pipe(textDeltas()), unsubscribe).toBe(expected, values);
        expectSubscriptions(body.subscriptions).toBe(bodySubs);
        flush();
        expect(transport.requests).toMatchObject([{ sentAt: 0, endedAt: 3, ending: 'unsubscribed' }]);
      });
    });

    it.each([
      ['whole', undefined],
      ['byte by byte', 'every-byte'],
      ['cut at a few offsets', [1, 7, 3, 0, 100_000]],
    ] as const)('reads an answer that arrives %s', (_, cutAt) => {
      const body = chunksOf('Grüße 😀 日本');
      const client = createClient({ baseURL, transport: fakeTransport({ body, cutAt }) });

      expect(observe(client.chat(chatRequest).pipe(textDeltas(), accumulateText())).values.at(-1)).toBe(
        'Grüße 😀 日本',
      );
    });

    it.each([['text/event-stream'], ['text/event-stream; charset=utf-8']])(
      'reads a string as body with content type %s',
      (type) => {
        const transport = fakeTransport({ body: hello, headers: { 'Content-Type': type } });

        expect(observe(createClient({ baseURL, transport }).chat(chatRequest).pipe(textDeltas())).values).toEqual([
          'Hel',
          'lo',
        ]);
      },
    );

    it('fails with a ConnectionError if the connection breaks after some bytes', async () => {
      const breakAt = new TextEncoder().encode(`data: ${JSON.stringify(textChunk('Hel'))}\n\ndata: {"id`).length;
      const body = [textChunk('Hel'), textChunk('lo'), finishChunk()];
      const seen = observe(createClient({ baseURL, transport: fakeTransport({ body, breakAt }) }).chat(chatRequest));

      expect(seen.values).toEqual([textChunk('Hel')]);
      expect(await seen.ended).toBeInstanceOf(ConnectionError);
      expect(await seen.ended).toMatchObject({ message: 'The connection to http://server.test broke (ECONNRESET)' });
    });

    it('fails with a StreamError if the answer ends early', async () => {
      const seen = observe(
        createClient({ baseURL, transport: fakeTransport({ body: [textChunk('Hel')], done: false }) }).chat(
          chatRequest,
        ),
      );

      expect(await seen.ended).toMatchObject({ name: 'StreamError', kind: 'truncated' });
    });

    it('raises the error of an error frame', async () => {
      const transport = fakeTransport({
        body: [textChunk('Hel'), { error: { message: 'Overloaded', code: 'overloaded' } }],
      });
      const seen = observe(createClient({ baseURL, transport }).chat(chatRequest));

      expect(seen.values).toEqual([textChunk('Hel')]);
      expect(await seen.ended).toMatchObject({ name: 'StreamError', kind: 'overloaded' });
    });

    it('reads models from a JSON document', () => {
      const client = createClient({ baseURL, transport: fakeTransport({ body: { data: [{ id: 'small' }] } }) });

      expect(observe(client.models()).values).toEqual([{ id: 'small' }]);
    });
  });

  describe('a real client that asks for a response', () => {
    const asked = { model: 'small', input: 'Hi' };
    const events = responseEvents('Hello there', { background: true });

    it('streams events from marbles, and completes with the last one', () => {
      runMarbles(({ chunks, expectObservable }) => {
        const body = chunks('    r-a-b-f---', { ...values, f: responseEnd('Hello') });
        const expected = '       r-a-b-(f|)';
        const transport = fakeTransport({ body });
        const client = createClient({ baseURL, transport });

        expectObservable(client.responses(asked)).toBe(expected, {
          ...{ r: responseCreated(), a: responseTextDelta('Hel'), b: responseTextDelta('lo'), f: responseEnd('Hello') },
        });
      });
    });

    it.each([
      ['ends early', events.slice(0, 5), { name: 'StreamError', kind: 'truncated' }],
      ['failed', responseEvents('Hel', { failure: { code: 'server_error' } }), { name: 'StreamError', kind: 'server' }],
      ['is ended by [DONE]', [responseTextDelta('Hel'), 'data: [DONE]\n\n'], { kind: 'truncated' }],
    ])('sees an answer that %s', async (_title, body, error) => {
      const client = createClient({ baseURL, transport: fakeTransport({ body }), resume: false });

      expect(await failureOf(client.responses(asked))).toMatchObject(error);
    });

    it('gets events with the names that servers give them', () => {
      const { values: sent } = observe(fakeTransport({ body: [responseTextDelta('Hel')] })(post));

      expect(piecesOf(sent)).toEqual([
        `event: response.output_text.delta\ndata: ${JSON.stringify(responseTextDelta('Hel'))}\n\n`,
      ]);
    });

    it('resumes it in the background after a lost connection and a busy server, in virtual time', () => {
      runMarbles(({ cold, expectObservable, flush }) => {
        const places = 'abcdefghijk';
        const numbered = Object.fromEntries(events.map((event, number) => [places.charAt(number), event]));
        const transport = fakeTransport([
          { body: cold('abc-d#', numbered) },
          { status: 503, headers: { 'retry-after': '2' } },
          { headAfter: 5, body: cold('ef-ghijk', numbered) },
        ]);
        const client = createClient({ baseURL, transport, resume: { random: () => 0.02 } });

        // A random pause of 10 ms after the lost connection, then 2 s of retry-after, and 5 ms until the head.
        expectObservable(client.responses({ ...asked, background: true })).toBe('abc-d 2015ms ef-ghij(k|)', numbered);
        flush();
        expect(transport.requests.map(({ method, url: address }) => `${method} ${address}`)).toEqual([
          `POST ${baseURL}/responses`,
          `GET ${baseURL}/responses/resp_test?stream=true&starting_after=3`,
          `GET ${baseURL}/responses/resp_test?stream=true&starting_after=3`,
        ]);
      });
    });

    it('is answered by a function with the events after a number', () => {
      const transport = fakeTransport(({ url: address }) => {
        const after = Number(new URL(address).searchParams.get('starting_after') ?? -1);
        return { body: events.slice(after + 1) };
      });
      const client = createClient({ baseURL, transport });

      expect(observe(client.resumeResponse('resp_test', { after: 6 })).values).toEqual(events.slice(7));
      expect(observe(client.resumeResponse('resp_test')).values).toEqual(events);
    });

    it('reads answers that are one value from JSON documents', () => {
      const vector = { data: [{ index: 0, embedding: [1, 2] }], usage: { prompt_tokens: 1 } };
      const transport = fakeTransport([{ body: { id: 'resp_1', deleted: true } }, { body: vector }]);
      const client = createClient({ baseURL, transport });

      expect(observe(client.deleteResponse('resp_1')).values).toEqual([{ id: 'resp_1', deleted: true }]);
      expect(observe(client.embeddings({ model: 'small', input: 'Hi' })).values).toMatchObject([
        { embeddings: [Float32Array.of(1, 2)], usage: { inputTokens: 1 } },
      ]);
      expect(transport.requests).toMatchObject([
        { operation: 'responses.delete', method: 'DELETE', url: `${baseURL}/responses/resp_1`, json: undefined },
        { operation: 'embeddings', method: 'POST', json: { input: 'Hi' } },
      ]);
    });
  });

  describe('an exchange', () => {
    it('is an empty answer by default', () => {
      const { values: events } = observe(fakeTransport({})(post));

      expect(events).toEqual([head(200, { 'content-type': 'text/event-stream' })]);
    });

    it('has the given status and headers', () => {
      const headers = { 'X-Request-Id': 'r-1', 'Content-Type': 'text/plain' };
      const { values: events } = observe(fakeTransport({ status: 503, headers, body: {} })(post));

      expect(events).toEqual([head(503, { 'content-type': 'text/plain', 'x-request-id': 'r-1' }), data('{}')]);
    });

    it('sends strings and bytes as they are, and objects as events', () => {
      const body = ['data: 1\n\n', new TextEncoder().encode(': 2'), { a: 3 }, '\n'];
      const { values: events } = observe(fakeTransport({ body })(post));

      expect(piecesOf(events)).toEqual(['data: 1\n\n', ': 2', 'data: {"a":3}\n\n', '\n']);
    });

    it('cuts the body at offsets across its pieces', () => {
      const body = ['abc', 'def', 'g'];
      const pieces = (cutAt: readonly number[] | 'every-byte'): readonly string[] =>
        piecesOf(observe(fakeTransport({ body, cutAt })(post)).values);

      expect(pieces([5, 1])).toEqual(['a', 'bc', 'de', 'f', 'g']);
      expect(pieces([3])).toEqual(body);
      expect(pieces('every-byte')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    });

    it.each([
      [0, []],
      [2, ['ab']],
      [3, ['abc']],
      [4, ['abc', 'd']],
      [9, ['abc', 'def']],
    ])('breaks after %d bytes', async (breakAt, pieces) => {
      const seen = observe(fakeTransport({ body: from(['abc', 'def']), breakAt })(post));

      expect(piecesOf(seen.values)).toEqual(pieces);
      expect(await seen.ended).toEqual(breakAt === 9 ? undefined : expect.any(ConnectionError));
    });

    it('can be a stream of events', () => {
      runMarbles(({ cold, expectObservable }) => {
        const events = { h: head(), a: data('a') };
        const exchange = cold('-h--a-|', events);

        expectObservable(fakeTransport(exchange)(post)).toBe('-h--a-|', events);
      });
    });

    it('starts over with each subscription', () => {
      const exchange = fakeTransport({ body: ['ab', 'c'], cutAt: [1] })(post);

      expect(piecesOf(observe(exchange).values)).toEqual(['a', 'b', 'c']);
      expect(piecesOf(observe(exchange).values)).toEqual(['a', 'b', 'c']);
    });

    it('ends when it is unsubscribed', () => {
      const transport = fakeTransport({ body: NEVER });
      transport(post).pipe(take(1)).subscribe();

      expect(transport.requests).toMatchObject([{ ending: 'unsubscribed' }]);
    });
  });

  describe('errors', () => {
    it('before the head are a missing answer, those after it a broken connection', async () => {
      const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      const transport = fakeTransport([throwError(() => refused), { body: throwError(() => 'error') }]);

      expect(await failureOf(transport(post))).toMatchObject({
        name: 'ConnectionError',
        message: 'No answer from http://server.test (ECONNREFUSED)',
        cause: refused,
      });
      expect(await failureOf(transport(post))).toMatchObject({
        name: 'ConnectionError',
        message: 'The connection to http://server.test broke',
      });
    });

    it('of this package pass through unchanged', async () => {
      const error = new ConnectionError('Lost');

      expect(await failureOf(fakeTransport({ body: throwError(() => error) })(post))).toBe(error);
    });

    it('name a script that has run out, and are not retried', async () => {
      const transport = fakeTransport([{ status: 500 }]);
      const client = createClient({ baseURL, transport });
      const error = await failureOf(client.chat(chatRequest).pipe(retryTransient({ count: 5, random: () => 0 })));

      expect(error).toEqual(new Error(`fakeTransport has no answer to request 2 (POST ${url}): its list has only 1`));
      expect(transport.requests).toMatchObject([{ ending: 'completed' }, { ending: 'failed' }]);
    });

    it('name the invalid field of an answer that a function returns', async () => {
      const transport = fakeTransport(() => ({ status: 'ok' as never }));

      expect(await failureOf(transport(post))).toEqual(
        new TypeError('script().status must be a whole number from 200 to 599, not a string'),
      );
    });
  });

  describe('requests', () => {
    it('are recorded as a server would see them', () => {
      const transport = fakeTransport({});
      const client = createClient({ baseURL, transport, apiKey: 'key-1' });
      const stream = client.chat(chatRequest, { context: { label: 'a' } });

      expect(transport.requests).toEqual([]);
      observe(stream);
      observe(client.models());
      expect(transport.requests).toMatchObject([
        {
          operation: 'chat',
          method: 'POST',
          url,
          headers: { authorization: 'Bearer key-1' },
          json: { ...chatRequest, stream: true },
          context: { label: 'a' },
        },
        { operation: 'models', method: 'GET', url: `${baseURL}/models`, json: undefined },
      ]);
    });

    it('can be answered by a function', () => {
      const transport = fakeTransport(({ operation }) =>
        operation === 'models' ? { body: { data: [{ id: 'small' }] } } : of(head(), data(hello)),
      );
      const client = createClient({ baseURL, transport });

      expect(observe(client.chat(chatRequest).pipe(textDeltas())).values).toEqual(['Hel', 'lo']);
      expect(observe(client.models()).values).toEqual([{ id: 'small' }]);
    });

    it('are recorded with parsed JSON, also from bytes', () => {
      const transport = fakeTransport({});
      observe(transport({ ...post, body: new TextEncoder().encode('{"a":1}') }));
      observe(transport({ ...post, body: 'no JSON' }));

      expect(transport.requests).toMatchObject([{ json: { a: 1 } }, { json: undefined }]);
    });
  });

  it.each<readonly [string, () => unknown, string]>([
    [
      'an answer that is a string',
      () => fakeTransport('Hi' as never),
      'script must be an answer such as { status, headers, body }',
    ],
    ['an invalid answer in a list', () => fakeTransport([{}, 5 as never]), 'script[1] must be an answer'],
    ['an empty list', () => fakeTransport([]), 'script must be a list of at least one answer'],
    [
      'an unknown field',
      () => fakeTransport({ state: 200 } as never),
      'Unknown field "state" in script; known: status, headers',
    ],
    [
      'an invalid status',
      () => fakeTransport([{ status: 99 }]),
      'script[0].status must be a whole number from 200 to 599, not 99',
    ],
    [
      'headers that are not strings',
      () => fakeTransport({ headers: { a: 1 } as never }),
      'script.headers must be an object of strings',
    ],
    [
      'a negative headAfter',
      () => fakeTransport({ headAfter: -1 }),
      'script.headAfter must be a number of milliseconds, 0 or more',
    ],
    [
      'a body that is a number',
      () => fakeTransport({ body: 5 as never }),
      'script.body must be an Observable, a list of pieces',
    ],
    [
      'a piece that is a number',
      () => fakeTransport({ body: [5] as never }),
      'script.body must be an Observable, a list of pieces',
    ],
    ['a done that is a number', () => fakeTransport({ done: 1 as never }), 'script.done must be true or false, not 1'],
    [
      'a fractional offset',
      () => fakeTransport({ cutAt: [0.5] }),
      "script.cutAt must be a list of whole numbers, 0 or more, or 'every-",
    ],
    [
      'a negative breakAt',
      () => fakeTransport({ breakAt: -1 }),
      'script.breakAt must be a whole number of bytes, 0 or more, not -1',
    ],
    [
      'a configuration that is a number',
      () => fakeTransport({}, 5 as never),
      'The configuration of fakeTransport must be an object',
    ],
  ])('refuses %s', (_, build, message) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });
});
