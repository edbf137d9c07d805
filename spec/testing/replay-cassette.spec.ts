import { writeFileSync } from 'node:fs';
import {
  concat,
  concatMap,
  lastValueFrom,
  map,
  type Observable,
  type SchedulerLike,
  take,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import {
  ConnectionError,
  createClient,
  DeadlineError,
  fetchTransport,
  type ClientConfig,
  type LlmError,
  ProtocolError,
  RateLimitError,
  retryOnRateLimit,
  retryTransient,
  StreamError,
  textDeltas,
  toText,
} from '../../src/index.js';
import { undiciTransport } from '../../src/node/index.js';
import { type CassetteExchange, recordCassette, replayCassette } from '../../src/testing/index.js';
import { useLocalServer } from '../local/local-server.js';
import { answer, chatRequest, fakeTransport, hello } from '../support/answers.js';
import { closeServers, deserted, startServer } from '../support/loopback.js';
import { failureOf, observe } from '../support/observe.js';
import { data, head, transportRequest } from '../support/transport-events.js';
import { watchScheduler } from '../support/watch-scheduler.js';
import { always, cassetteOf, exchangeOf, plain, record, request, runScheduled, useFolder } from './cassettes.js';

const baseURL = 'http://server.test/v1';
const folder = useFolder();
const events = {
  h: head(200, { 'content-type': 'text/event-stream' }),
  a: data('Hel'),
  b: data('lo'),
};

describe('replayCassette', () => {
  afterEach(closeServers);

  describe('timing', () => {
    it.each([
      [1, '--h-a-b-|'],
      [2, '-hab|'],
      [0.5, '----h---a---b---|'],
      [Infinity, '(hab|)'],
    ])('at speed %d is %s', (speed, expected) => {
      runScheduled(({ expectObservable }, scheduler) => {
        const transport = replayCassette(cassetteOf(exchangeOf()), { speed, scheduler });

        expectObservable(transport(request)).toBe(expected, events);
      });
    });

    it('starts on subscribe, for each exchange', () => {
      runScheduled(({ cold, expectObservable }, scheduler) => {
        const transport = replayCassette(cassetteOf(exchangeOf(), exchangeOf()), { scheduler });
        const asked = cold('  -x---------x|');
        const expected = '    ---h-a-b-----h-a-b-|';

        expectObservable(asked.pipe(concatMap(() => transport(request)))).toBe(expected, events);
      });
    });

    it('leaves no timer when it is unsubscribed', () => {
      runScheduled(({ expectObservable, flush }, scheduler) => {
        const transport = replayCassette(cassetteOf(exchangeOf()), { scheduler });

        expectObservable(transport(request), '-----!').toBe('--h-a-', events);
        flush();
        expect(scheduler.actions).toEqual([]);
      });
      const scheduler = watchScheduler();
      replayCassette(cassetteOf(exchangeOf()), { scheduler })(request).subscribe().unsubscribe();
      expect(scheduler.waiting).toBe(0);
    });

    it('can be unsubscribed between synchronous events', async () => {
      const transport = replayCassette(cassetteOf(exchangeOf()), { speed: Infinity });

      expect(await lastValueFrom(transport(request).pipe(take(2), map(plain), toArray()))).toHaveLength(2);
    });

    it('needs one timer for all simultaneous events', async () => {
      const scheduler = watchScheduler();
      const body = [...Array(2000).keys()].map(() => ({ at: 5, text: 'x' }));
      const response = { ...exchangeOf().response!, body };

      const seen = observe(
        replayCassette(cassetteOf(exchangeOf({ response })), { speed: Infinity, scheduler })(request),
      );

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toHaveLength(2001);
      expect(scheduler.scheduled).toBe(1);
    });

    it('equals that of the recording, to the millisecond', () => {
      const pattern = '1.5s h 7ms a 59s b 2m |';
      let cassette = cassetteOf();
      runScheduled(({ cold, flush }, scheduler) => {
        const recorder = recordCassette({ scheduler });
        recorder(request, always(cold(pattern, events))).subscribe();
        flush();
        recorder.cassette.subscribe((recorded) => (cassette = recorded));
      });

      runScheduled(({ expectObservable }, scheduler) => {
        expectObservable(replayCassette(cassette, { scheduler })(request)).toBe(pattern, events);
      });
    });
  });

  describe('the end of an exchange', () => {
    it('never comes if it was unsubscribed while recording', () => {
      runScheduled(({ expectObservable }, scheduler) => {
        const cassette = cassetteOf(exchangeOf({ end: { type: 'abort', at: 8 } }));

        expectObservable(replayCassette(cassette, { scheduler })(request)).toBe('--h-a-b-----', events);
      });
    });

    it('is then left to the deadlines of the client', () => {
      runScheduled(({ expectObservable }, scheduler) => {
        const cassette = cassetteOf(exchangeOf({ request: asked(), end: { type: 'abort', at: 8 } }));
        const transport = replayCassette(cassette, { scheduler });
        const client = createClient({ baseURL, transport, scheduler, deadlines: { total: 20 } });

        expectObservable(client.chat(chatRequest)).toBe('20ms #', {}, expect.any(DeadlineError));
      });
    });

    it('is a ConnectionError for a refused and for a broken connection', async () => {
      const refused = await record(undiciTransport(), [transportRequest(await deserted())]);
      const server = await startServer();
      const recorder = recordCassette();
      const broken = observe(recorder(transportRequest(server.url), undiciTransport()));
      const served = await server.next();
      served.head(200);
      served.write('some');
      await broken.reached(2);
      served.reset();
      const failure = await broken.ended;
      const cassette = await lastValueFrom(recorder.cassette);

      const again = observe(replayCassette(cassette, { speed: 100 })(transportRequest('http://server.test')));
      expect(await again.ended).toBeInstanceOf(ConnectionError);
      expect(shown(await again.ended)).toEqual(shown(failure));
      expect(again.values).toHaveLength(2);
      const first = await failureOf(replayCassette(refused, { speed: 100 })(transportRequest('http://server.test')));
      expect(first).toBeInstanceOf(ConnectionError);
      expect(first).toMatchObject({ message: expect.stringMatching(/^No answer from .* \(ECONNREFUSED\)$/u) });
    });

    it('is a StreamError for a truncated answer', async () => {
      const { exchanges } = await record(always(answer(hello.slice(0, 100))));
      const transport = replayCassette(cassetteOf({ ...exchanges[0]!, request: asked() }), { speed: Infinity });

      const error = await failureOf(createClient({ baseURL, transport }).chat(chatRequest));

      expect(error).toBeInstanceOf(StreamError);
      expect(error).toMatchObject({ kind: 'truncated' });
    });

    it.each([
      ['ProtocolError', new ProtocolError('No chunk', { kind: 'parse' })],
      ['DeadlineError', new DeadlineError('headers', 30)],
      ['StreamError', new StreamError('Full', { kind: 'overloaded', retryable: true, retryAfter: 7, code: 'full' })],
      ['an error of another package', new RangeError('Too far')],
      ['a thrown value that is not an Error', 'text'],
    ])('is %s as recorded, without its cause', async (_name, failure) => {
      const cassette = await record(always(throwError(() => failure)));
      const error = await failureOf(replayCassette(cassette, { speed: Infinity })(request));

      const expected = failure instanceof Error ? failure : new Error('The thrown value is not an Error');
      expect(shown(error)).toEqual(shown(expected));
      expect((error as Error).cause).toBeUndefined();
      expect(Object.getPrototypeOf(error)).toBe(
        failure instanceof RangeError ? Error.prototype : (Object.getPrototypeOf(expected) as unknown),
      );
    });

    it.each<[string, number, Readonly<Record<string, string>>, string]>([
      [
        'a rate limit',
        429,
        { 'retry-after': '7', 'x-ratelimit-reset-requests': '1m3s' },
        '{"error":{"message":"Slow"}}',
      ],
      [
        'a retry hint in milliseconds',
        503,
        { 'retry-after-ms': '70' },
        '{"error":{"message":"Busy","code":"overloaded"}}',
      ],
      ['a date', 429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' }, ''],
      ['a reset at a time of day', 429, { 'anthropic-ratelimit-requests-reset': '1970-01-01T00:00:30Z' }, ''],
      ['a retry hint in the body', 429, {}, '{"error":{"message":"Slow","details":[{"retryDelay":"3.5s"}]}}'],
      ['a quota', 429, {}, '{"error":{"message":"Paid?","type":"insufficient_quota","code":"insufficient_quota"}}'],
      [
        'a daily quota',
        429,
        {},
        '{"error":{"message":"Come tomorrow","details":[{"violations":[{"quotaId":"RequestsPerDay"}]}]}}',
      ],
      ['an unknown model', 404, { 'x-request-id': 'r-1' }, '{"error":{"message":"No","code":"model_not_found"}}'],
      [
        'an invalid parameter',
        400,
        { 'x-generation-id': 'r-2' },
        '{"error":{"message":"No","param":"n","type":"invalid"}}',
      ],
      ['x-should-retry', 500, { 'x-should-retry': 'false' }, '{"message":"No"}'],
      ['a web page', 502, { 'content-type': 'text/html' }, '<html>'],
      ['an empty body', 500, {}, ''],
      ['an unknown status', 777, {}, ''],
      ['a long body', 500, {}, 'x'.repeat(2000)],
    ])('is an equal ApiError for an error response with %s', (_what, status, headers, body) => {
      runScheduled(({ flush }, scheduler) => {
        const failures: unknown[] = [];
        const recorder = recordCassette({ scheduler });
        const ask = (config: object): void => {
          const client = createClient({ baseURL, scheduler, ...config });
          client.chat(chatRequest).subscribe({ error: (error: unknown) => failures.push(error) });
          flush();
        };

        const refuse = timer(4, scheduler).pipe(concatMap(() => answer(body, { status, headers })));
        ask({ transport: always(refuse), interceptors: [recorder] });
        // A minute later, so that a time of day would give another duration.
        scheduler.schedule(() => undefined, 60_000);
        flush();
        recorder.cassette.subscribe((cassette) => ask({ transport: replayCassette(cassette, { scheduler }) }));

        const [recorded, replayed] = failures as LlmError[];
        const same = { headers: expect.any(Object), message: recorded!.message };
        expect(replayed).toMatchObject({ ...(recorded as object), ...same });
        expect(Object.getPrototypeOf(replayed)).toBe(Object.getPrototypeOf(recorded));
      });
    });
  });

  describe('exchanges', () => {
    it('are replayed in order: a rate limit, the pause and the answer, in virtual time', () => {
      const refusal = answer('{"error":{"message":"Slow down"}}', { status: 429, headers: { 'retry-after': '7' } });
      const live = fakeTransport(refusal, answer(hello));
      let cassette = cassetteOf();
      const ask = (scheduler: SchedulerLike, config: ClientConfig): Observable<string> =>
        createClient({ baseURL, scheduler, ...config })
          .chat(chatRequest)
          .pipe(retryOnRateLimit({ scheduler }), textDeltas(), toText());
      runScheduled(({ flush }, scheduler) => {
        const recorder = recordCassette({ scheduler });
        ask(scheduler, { transport: live.transport, interceptors: [recorder] }).subscribe();
        flush();
        recorder.cassette.subscribe((recorded) => (cassette = recorded));
      });

      runScheduled(({ expectObservable }, scheduler) => {
        const transport = replayCassette(cassette, { scheduler });
        expectObservable(ask(scheduler, { transport })).toBe('7s (x|)', { x: 'Hello' });
      });
    });

    it('can be a RateLimitError with the time to wait', async () => {
      const refusal = exchangeOf({
        request: asked(),
        response: {
          at: 1,
          status: 429,
          headers: { 'retry-after': '3' },
          body: [{ at: 1, text: '{"message":"Slow"}' }],
        },
      });
      const transport = replayCassette(cassetteOf(refusal), { speed: Infinity });

      const error = await failureOf(createClient({ baseURL, transport }).chat(chatRequest));

      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ message: '429 Slow', kind: 'rate_limit', retryable: true, retryAfter: 3000 });
    });

    it('match by method, path, query and body, whatever the host and the headers', async () => {
      const url = 'https://elsewhere.test:8443/v1/chat/completions?b=2&a=1';
      const json = { model: 'small', messages: [{ role: 'user', content: 'Hi' }], n: null };
      const cassette = cassetteOf(exchangeOf({ request: { operation: 'chat', method: 'post', url, json } }));
      const seen = observe(
        replayCassette(cassette, { speed: Infinity })({
          ...request,
          url: `${request.url}?a=1&b=2`,
          headers: { 'x-other': '1' },
          body: '{"n":null,"messages":[{"content":"Hi","role":"user"}],"model":"small"}',
        }),
      );

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toHaveLength(3);
    });

    it('match by text and by binary bodies', async () => {
      const bytes = new Uint8Array([255, 0]);
      const requests = [
        { ...request, body: 'plain' },
        { ...request, body: bytes },
      ];
      const transport = replayCassette(await record(always(answer('x')), requests), { speed: Infinity });

      expect(await observe(transport(requests[1]!)).ended).toBeUndefined();
      expect(await observe(transport(requests[0]!)).ended).toBeUndefined();
      expect(await failureOf(transport({ ...request, body: 'other' }))).toMatchObject({
        message: expect.stringContaining(
          '1. chat (POST /v1/chat/completions): differs in the body, was already replayed',
        ),
      });
    });

    it('match any text where a secret was removed', async () => {
      const json = { model: 'small', messages: [{ role: 'user', content: 'Is [redacted] or [redacted] mine?' }] };
      const url = 'http://server.test/[redacted]/chat';
      const cassette = cassetteOf(exchangeOf({ request: { operation: 'chat', method: 'POST', url, json } }));
      const ask = (content: string) =>
        observe(
          replayCassette(cassette, { speed: Infinity })({
            ...request,
            url: 'http://server.test/account-1/chat',
            body: JSON.stringify({ ...json, messages: [{ role: 'user', content }] }),
          }),
        ).ended;

      expect(await ask('Is key-1 or key-2 mine?')).toBeUndefined();
      expect(await ask('Is key-1 mine?')).toBeInstanceOf(Error);
      expect(await ask('Is this or that yours?')).toBeInstanceOf(Error);
    });

    it('are listed in the error if none matches, without prompts or keys', async () => {
      const models = { operation: 'models', method: 'GET', url: 'https://api.test/v1/models?key=secret-1' };
      const other = { model: 'small', messages: [{ role: 'user', content: 'Another prompt' }] };
      const cassette = cassetteOf(
        exchangeOf(),
        exchangeOf({ request: models }),
        exchangeOf({ request: { ...exchangeOf().request, json: other } }),
        exchangeOf({ request: { ...exchangeOf().request, url: `${request.url}?api-version=1` } }),
      );
      const transport = replayCassette(cassette, { speed: Infinity });
      await observe(transport(request)).ended;

      const error = await failureOf(transport({ ...request, url: `${request.url}?key=secret-2` }));

      expect(error).toMatchObject({
        name: 'Error',
        message: `The cassette has no exchange for chat (POST /v1/chat/completions). It has:
  1. chat (POST /v1/chat/completions): was already replayed
  2. models (GET /v1/models): differs in the method
  3. chat (POST /v1/chat/completions): differs in json.messages[0].content
  4. chat (POST /v1/chat/completions): differs in the query`,
      });
    });

    it.each([
      ['{"model":"small"}', 'json.messages'],
      ['{"model":"small","messages":[]}', 'json.messages[0]'],
      ['{"model":"small","messages":{}}', 'json.messages'],
      ['{"model":2,"messages":[{"role":"user","content":"Hi"}]}', 'json.model'],
      ['{"model":"small","messages":[{"role":"user","content":"Hi"}],"What a prompt":1}', 'json[…]'],
      ['{"model":"small","messages":[{"role":"user","content":"Hi"}],"__proto__":1}', 'json.__proto__'],
      ['text', 'json'],
    ])('are listed with the difference: for the body %s, %s', async (body, place) => {
      const transport = replayCassette(cassetteOf(exchangeOf()), { speed: Infinity });

      expect(await failureOf(transport({ ...request, body }))).toMatchObject({
        message: expect.stringMatching(new RegExp(`: differs in ${place.replace(/[[\]]/gu, '\\$&')}$`, 'u')),
      });
    });

    it('are listed up to a maximum of 20', async () => {
      const cassette = cassetteOf(...Array.from({ length: 25 }, () => exchangeOf()));

      const error = (await failureOf(replayCassette(cassette)({ ...request, method: 'GET' }))) as Error;

      expect(error.message.split('\n')).toHaveLength(22);
      expect(error.message).toMatch(/\n {2}and 5 more$/u);
    });

    it('are not listed if the cassette is empty', async () => {
      expect(await failureOf(replayCassette(cassetteOf())(request))).toMatchObject({
        message: 'The cassette has no exchange for chat (POST /v1/chat/completions). It is empty.',
      });
    });

    it('that are missing are not retried', async () => {
      const client = createClient({ baseURL, transport: replayCassette(cassetteOf()) });
      const notices: unknown[] = [];

      await observe(client.chat(chatRequest).pipe(retryTransient({ notify: (notice) => notices.push(notice) }))).ended;

      expect(notices).toEqual([]);
    });

    it('are used by subscriptions, not by calls', async () => {
      const transport = replayCassette(cassetteOf(exchangeOf()), { speed: Infinity });
      transport(request);

      expect(await observe(transport(request)).ended).toBeUndefined();
    });
  });

  describe.each([
    ['fetchTransport', fetchTransport],
    ['undiciTransport', undiciTransport],
  ])('a recording over %s', (_name, createTransport) => {
    const server = useLocalServer();

    it('is replayed in the same pieces, byte for byte', async () => {
      const loopback = await startServer();
      const recorder = recordCassette();
      const asked = transportRequest(`${loopback.url}/v1/chat/completions`);
      const live = observe(recorder(asked, createTransport()));
      const served = await loopback.next();
      served.head(200, { 'content-type': 'text/event-stream' });
      const pieces = [
        '\ufeffdata: caf',
        Buffer.from([0xc3]),
        Buffer.from([0xa9, 0x0a]),
        '\n😀"\\\u0000',
        Buffer.from([0xff, 0xfe]),
      ];
      for (const [index, piece] of pieces.entries()) {
        served.write(piece);
        await live.reached(index + 2);
      }
      served.end();
      await live.ended;
      const cassette = JSON.parse(JSON.stringify(await lastValueFrom(recorder.cassette))) as object;

      const replayed = observe(replayCassette(cassette, { speed: 50 })({ ...asked, url: request.url }));

      expect(await replayed.ended).toBeUndefined();
      expect(replayed.values.slice(1).map(plain)).toEqual(live.values.slice(1).map(plain));
      expect(replayed.values.slice(1).map(plain)).toEqual(pieces.map((piece) => [...Buffer.from(piece)]));
      expect(replayed.values[0]).toMatchObject({ type: 'head', status: 200 });
    });

    it('is replayed with the same chunks and models', async () => {
      const recorder = recordCassette({ file: folder.path('local.json') });
      const ask = (config: object) => {
        const client = createClient({ ...config });
        return lastValueFrom(concat(client.chat({ ...chatRequest, model: 'echo' }), client.models()).pipe(toArray()));
      };
      const live = await ask({ baseURL: server(), transport: createTransport(), interceptors: [recorder] });
      await lastValueFrom(recorder.cassette);

      const transport = replayCassette(folder.path('local.json'), { speed: Infinity });
      expect(await ask({ baseURL: new URL(new URL(server()).pathname, baseURL).href, transport })).toEqual(live);
    });
  });

  describe('a file', () => {
    it('that cannot be read throws', () => {
      expect(() => replayCassette(folder.path('missing.json'))).toThrow(
        `The cassette ${folder.path('missing.json')} cannot be read (ENOENT)`,
      );
    });

    it('that is not JSON throws, without quoting it', () => {
      writeFileSync(folder.path('text.json'), 'secret');

      expect(() => replayCassette(folder.path('text.json'))).toThrow(
        new TypeError(`${folder.path('text.json')} is not a cassette: it is not JSON`),
      );
    });

    it('of another version throws', () => {
      writeFileSync(folder.path('version.json'), '{"version":2,"exchanges":[]}');

      expect(() => replayCassette(folder.path('version.json'))).toThrow(
        new TypeError(
          `${folder.path('version.json')} is not a cassette: version must be 1, the only version this package supports`,
        ),
      );
    });
  });

  it.each<[object, string]>([
    [[], 'it must be an object'],
    [{ version: 1 }, 'exchanges must be an array'],
    [broken({ request: undefined }), 'exchanges[0].request must be an object'],
    [broken({ request: { ...exchangeOf().request, url: 7 } }), 'exchanges[0].request.url must be a string'],
    [brokenResponse({ status: 99 }), 'exchanges[0].response.status must be 200 or more'],
    [brokenResponse({ status: '200' }), 'exchanges[0].response.status must be a whole number'],
    [brokenResponse({ at: -1 }), 'exchanges[0].response.at must be a number of milliseconds, 0 or more'],
    [brokenResponse({ headers: { a: 1 } }), 'exchanges[0].response.headers.a must be a string'],
    [brokenResponse({ headers: { 'a b': '1' } }), 'exchanges[0].response.headers must be valid HTTP headers'],
    [brokenResponse({ body: [{ at: 1 }] }), 'exchanges[0].response.body[0] must be { at, text } or { at, base64 }'],
    [brokenResponse({ body: [{ at: 1, base64: '~' }] }), 'exchanges[0].response.body[0].base64 must be base64'],
    [broken({ end: { type: 'over', at: 1 } }), "exchanges[0].end.type must be 'complete', 'abort' or 'error'"],
    [broken({ end: { type: 'error', at: 1 } }), 'exchanges[0].end.error must be an object'],
  ])('throws for an invalid cassette (%#)', (value, problem) => {
    expect(() => replayCassette(value)).toThrow(new TypeError(`The value given is not a cassette: ${problem}`));
  });

  it.each<[unknown, string]>([
    [null, 'The configuration of replayCassette must be an object, not null'],
    [{ speed: 0 }, 'speed must be a number above 0, or Infinity, not 0'],
    [{ speed: -1 }, 'speed must be a number above 0, or Infinity, not -1'],
    [{ speed: NaN }, 'speed must be a number above 0, or Infinity, not NaN'],
    [{ speed: '2' }, 'speed must be a number above 0, or Infinity, not a string'],
    [{ scheduler: 7 }, 'scheduler must be an rxjs scheduler, not 7'],
  ])('throws for the configuration %j', (config, message) => {
    expect(() => replayCassette(cassetteOf(), config as object)).toThrow(new TypeError(message));
  });
});

function broken(fields: object): object {
  return { version: 1, exchanges: [{ ...exchangeOf(), ...fields }] };
}

function brokenResponse(fields: object): object {
  return broken({ response: { ...exchangeOf().response, ...fields } });
}

/** The name, message and defined fields of an error. */
function shown(error: unknown): unknown {
  const { name, message } = error as Error;
  return JSON.parse(JSON.stringify({ ...(error as object), name, message }));
}

/** The recorded form of the client's request. */
function asked(): CassetteExchange['request'] {
  return {
    operation: 'chat',
    method: 'POST',
    url: `${baseURL}/chat/completions`,
    json: { ...chatRequest, stream: true, stream_options: { include_usage: true } },
  };
}
