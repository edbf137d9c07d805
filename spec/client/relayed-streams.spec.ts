import { from, lastValueFrom, type Observable, take, tap, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import {
  type ChatCompletionChunk,
  type Client,
  type ClientConfig,
  createClient,
  fetchTransport,
  type RequestOptions,
  type ResponseEvent,
  type ResponseInfo,
  textDeltas,
  toText,
} from '../../src/index.js';
import { chatRequest, textChunk } from '../support/answers.js';
import { closeServers, type ServedExchange, startServer } from '../support/loopback.js';
import { failureOf, type Observed, observe, turnsUntil } from '../support/observe.js';
import { relayEvent, relayHead, type RelayScript, type SmallRelay, startRelay } from '../support/small-relay.js';

const responseState = (status: string): object => ({ id: 'resp_1', object: 'response', status, output: [] });
const textOf = (delta: string): object => ({
  type: 'response.output_text.delta',
  output_index: 0,
  content_index: 0,
  sequence_number: 0,
  delta,
});

/** What a relay keeps of an answer, and how a client asks for it. */
const apis = {
  chat: {
    events: [textChunk('No'), textChunk('thing '), textChunk('is '), textChunk('lost.', 'stop'), '[DONE]'],
    ask: (client: Client, options?: RequestOptions): Observable<ChatCompletionChunk | ResponseEvent> =>
      client.chat(chatRequest, options),
    begin: 'POST /v1/chat/completions',
    values: 4,
  },
  responses: {
    events: [
      { type: 'response.created', response: responseState('in_progress') },
      textOf('Nothing '),
      textOf('is '),
      textOf('lost.'),
      { type: 'response.completed', response: responseState('completed') },
    ],
    ask: (client: Client, options?: RequestOptions): Observable<ChatCompletionChunk | ResponseEvent> =>
      client.responses({ model: 'small', input: 'Hi' }, options),
    begin: 'POST /v1/responses',
    values: 5,
  },
} as const;
type Api = keyof typeof apis;
const both: readonly Api[] = ['chat', 'responses'];

const idle = 300_000;
const patience = 5000;
const get = '/v1/streams/stream_0123456789';

interface Read {
  readonly relay: SmallRelay;
  readonly seen: Observed<ChatCompletionChunk | ResponseEvent>;
  /** What the subscriber waited for, in milliseconds of its clock. */
  readonly clock: VirtualTimeScheduler;
}

/** Reads an answer over a relay; time passes only in pauses. */
async function read(
  api: Api,
  scripts: readonly RelayScript[],
  options: ClientConfig = {},
  ask: (client: Client) => Observable<ChatCompletionChunk | ResponseEvent> = (client) => apis[api].ask(client),
): Promise<Read> {
  const relay = await startRelay(apis[api].events, scripts);
  const clock = new VirtualTimeScheduler(VirtualAction, 0);
  const client = createClient({
    baseURL: relay.baseURL,
    transport: fetchTransport(),
    scheduler: clock,
    interceptors: [(request, next) => next(request).pipe(tap(({ type }) => type === 'head' && relay.reached('head')))],
    ...options,
    resume: { random: () => 0, notify: ({ at }) => queueMicrotask(() => goOn(clock, at)), ...options.resume },
  });
  return { relay, seen: observe(ask(client).pipe(tap(() => relay.reached('value')))), clock };
}

function goOn(clock: VirtualTimeScheduler, until: number): void {
  clock.maxFrames = until;
  clock.flush();
  clock.frame = until;
}

/** Expects all values of the answer, each once. */
async function expectWhole(api: Api, { seen }: Read): Promise<void> {
  expect(await seen.ended).toBeUndefined();
  expect(seen.values).toHaveLength(apis[api].values);
  expect(await lastValueFrom(from(seen.values).pipe(textDeltas(), toText()))).toBe('Nothing is lost.');
}

const refuse =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  (served: ServedExchange): void => {
    served.head(status, { 'content-type': 'application/json', ...headers });
    served.end('{"error":{"message":"no"}}');
  };

const nothing = (served: ServedExchange): void => {
  served.head(204);
  served.end();
};

describe.each(both)('a stream of %s that a relay keeps', (api) => {
  afterEach(closeServers);
  const { begin, events } = apis[api];
  const places = Array.from({ length: events.length }, (_, place) => place);
  const last = events.length;

  it.each((['reset', 'end'] as const).flatMap((cut) => places.map((place) => [cut, place] as const)))(
    'gives each value once after a %s behind event %i',
    async (cut, place) => {
      const played = await read(api, [{ until: place, cut }, {}]);

      await expectWhole(api, played);
      const isWhole = api === 'chat' && cut === 'end' && place === last - 1;
      expect(played.relay.requests).toEqual([
        begin,
        ...(isWhole ? [] : [`GET ${get}${place ? ` after ${place}` : ''}`]),
      ]);
    },
  );

  it('is resumed once for each cut that brought something new', async () => {
    const played = await read(api, [...places.slice(1).map((until) => ({ until })), {}], { resume: { count: 1 } });

    await expectWhole(api, played);
    expect(played.relay.requests.filter((each) => each.startsWith('GET'))).toHaveLength(last - 1);
  });

  it('is resumed when it falls silent', async () => {
    const { relay, seen, clock } = await read(api, [{ until: 2, cut: 'silence' }, {}]);
    await seen.reached(2);
    goOn(clock, idle);

    await expectWhole(api, { relay, seen, clock });
    expect(relay.requests).toEqual([begin, `GET ${get} after 2`]);
  });

  it('waits as long as a refused resume asks for', async () => {
    const played = await read(api, [{ until: 2 }, { answer: refuse(429, { 'retry-after': '7' }) }, {}]);

    await expectWhole(api, played);
    expect(played.clock.now()).toBe(7000);
  });

  it('is asked for again after 500', async () => {
    await expectWhole(api, await read(api, [{ until: 2 }, { answer: refuse(500) }, {}]));
  });

  it.each([
    [404, 'not_found'],
    [410, 'invalid_request'],
    [401, 'authentication'],
  ])('ends with the refusal of its resume with %i', async (status, kind) => {
    const { relay, seen } = await read(api, [{ until: 2 }, { answer: refuse(status) }]);

    expect(await seen.ended).toMatchObject({ status, kind, retryable: false, streamId: relay.id, after: 2 });
    expect(relay.requests).toHaveLength(2);
  });

  it('is truncated where nothing follows, and the answer is not whole', async () => {
    const { relay, seen } = await read(api, [{ until: 2 }, { answer: nothing }]);

    expect(await seen.ended).toMatchObject({ name: 'StreamError', kind: 'truncated', retryable: true });
    expect(relay.requests).toHaveLength(2);
  });

  it('does not follow its resume to another origin', async () => {
    const other = await startServer({ answer: (served) => served.end() });
    const redirect = (served: ServedExchange): void => {
      served.head(307, { location: `${other.url}/v1/streams/stream_0123456789` });
      served.end();
    };
    const { seen } = await read(api, [{ until: 2 }, { answer: redirect }], { redirects: 'same-origin' });

    expect(await seen.ended).toMatchObject({ name: 'ProtocolError', retryable: false, after: 2 });
    expect(other.requests).toBe(0);
  });

  it('is not resumed with resume: false, and its error tells how to', async () => {
    const relay = await startRelay(events, [{ until: 2 }]);
    const client = createClient({ baseURL: relay.baseURL, resume: false });

    expect(await failureOf(apis[api].ask(client).pipe(tap(() => relay.reached('value'))))).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      streamId: relay.id,
      after: 2,
    });
    expect(relay.requests).toEqual([begin]);
  });

  it.each([
    ['a short id', 'stream_01234567'],
    ['a long id', 'i'.repeat(129)],
    ['an id with a slash', '../../v1/admin/keys'],
  ])('is not resumed with %s', async (_what, id) => {
    const answer = (served: ServedExchange): void => {
      served.head(200, relayHead(id));
      served.end(relayEvent(events[0], 1));
    };
    const { relay, seen } = await read(api, [{ answer }]);

    expect(await seen.ended).toMatchObject({ kind: 'truncated', retryable: true });
    expect(relay.requests).toEqual([begin]);
  });

  it.each([
    ['no ids', ['', '']],
    ['ids that are no numbers', ['a', 'b']],
    ['ids that go back', ['2', '1']],
  ])('is not resumed if its events have %s, since they would come twice', async (_what, ids) => {
    const answer = (served: ServedExchange): void => {
      served.head(200, relayHead('stream_0123456789'));
      served.end(ids.map((id, place) => relayEvent(events[place], id)).join(''));
    };
    const { relay, seen } = await read(api, [{ answer }]);

    expect(await seen.ended).toMatchObject({ kind: 'truncated' });
    expect(relay.requests).toEqual([begin]);
  });

  it('is over with an error that is part of it, which may be retried', async () => {
    const answer = (served: ServedExchange): void => {
      served.head(200, relayHead('stream_0123456789'));
      served.write(relayEvent(events[0], 1));
      served.end(relayEvent({ error: { message: 'Busy', type: 'overloaded', code: 'server_is_overloaded' } }, 2));
    };
    const { relay, seen } = await read(api, [{ answer }]);

    const error = await seen.ended;
    expect(error).toMatchObject({ name: 'StreamError', kind: 'overloaded', retryable: true });
    expect(error).not.toHaveProperty('streamId');
    expect(relay.requests).toEqual([begin]);
  });

  it.each(['stopped', 'detached', 'log_full'])('is over for good with an error of code %s', async (code) => {
    const answer = (served: ServedExchange): void => {
      served.head(200, relayHead('stream_0123456789'));
      served.end(relayEvent(events[0], 1) + relayEvent({ error: { message: 'Over', type: 'provider', code } }, 2));
    };
    const { seen } = await read(api, [{ answer }]);

    expect(await seen.ended).toMatchObject({ name: 'StreamError', code, retryable: false });
  });

  it('drops what comes again, and an event that was cut off comes whole', async () => {
    const again = (served: ServedExchange): void => {
      served.head(200, relayHead('stream_0123456789'));
      served.end(events.map((data, place) => relayEvent(data, place + 1)).join(''));
    };
    const cut = (served: ServedExchange): void => {
      served.head(200, relayHead('stream_0123456789'));
      served.end(relayEvent(events[0], 1) + relayEvent(events[1], 2).slice(0, -1));
    };

    await expectWhole(api, await read(api, [{ answer: cut }, { answer: again }]));
  });

  describe('that is left', () => {
    const stopped = `DELETE ${get}`;
    const left = async ({ relay, seen }: Read, count: number): Promise<readonly string[]> => {
      seen.unsubscribe();
      await turnsUntil(() => relay.requests.length > count, patience);
      return relay.requests.slice(count);
    };

    it.each(places.slice(1))('after event %i is stopped once', async (until) => {
      const played = await read(api, [{ until, cut: 'silence' }]);
      await played.seen.reached(until);

      expect(await left(played, 1)).toEqual([stopped]);
    });

    it('after its head is stopped once', async () => {
      let heads = 0;
      const played = await read(api, [{ until: 0, cut: 'silence' }], {}, (client) =>
        apis[api].ask(client, { onResponse: () => (heads += 1) }),
      );
      await turnsUntil(() => heads === 1, patience);

      expect(await left(played, 1)).toEqual([stopped]);
    });

    it('during a pause is stopped once', async () => {
      let pauses = 0;
      const played = await read(api, [{ until: 2 }], { resume: { notify: () => (pauses += 1) } });
      await turnsUntil(() => pauses === 1, patience);

      expect(await left(played, 1)).toEqual([stopped]);
    });

    it('while it is asked for again is stopped once', async () => {
      const played = await read(api, [{ until: 2 }, { answer: () => undefined }]);
      await turnsUntil(() => played.relay.requests.length === 2, patience);

      expect(await left(played, 2)).toEqual([stopped]);
    });

    it('after a resume is stopped once', async () => {
      const played = await read(api, [{ until: 1 }, { until: 2, cut: 'silence' }]);
      await played.seen.reached(2);

      expect(await left(played, 2)).toEqual([stopped]);
    });

    it('by an operator is stopped once', async () => {
      const played = await read(api, [{}], {}, (client) => apis[api].ask(client).pipe(take(1)));
      await played.seen.ended;

      expect(await left(played, 1)).toEqual([stopped]);
    });

    it('before its head is cut', async () => {
      const played = await read(api, [{ answer: () => undefined }]);
      await turnsUntil(() => played.relay.served.length === 1, patience);
      played.seen.unsubscribe();

      expect(await played.relay.served[0]?.over).toBe('cut');
      expect(played.relay.requests).toEqual([begin]);
    });

    it('goes on with onUnsubscribe: leave', async () => {
      const played = await read(api, [{ until: 2, cut: 'silence' }], { onUnsubscribe: 'leave' });
      await played.seen.reached(2);
      played.seen.unsubscribe();

      expect(await played.relay.served[0]?.over).toBe('cut');
      expect(played.relay.requests).toEqual([begin]);
    });

    it.each([
      [true, [stopped]],
      [false, []],
    ])('is stopped if stopOnUnsubscribe returns %p, whatever onUnsubscribe says', async (stops, requests) => {
      const played = await read(api, [{ until: 2, cut: 'silence' }], { onUnsubscribe: 'leave' }, (client) =>
        apis[api].ask(client, { stopOnUnsubscribe: () => stops }),
      );
      await played.seen.reached(2);
      played.seen.unsubscribe();
      await played.relay.served[0]?.over;
      await turnsUntil(() => played.relay.requests.length > requests.length, patience);

      expect(played.relay.requests).toEqual([begin, ...requests]);
    });

    it('after its end or an error is not stopped', async () => {
      const whole = await read(api, [{}]);
      await whole.seen.ended;
      whole.seen.unsubscribe();
      const broken = await read(api, [{ until: 2 }, { answer: refuse(404) }]);
      await broken.seen.ended;
      broken.seen.unsubscribe();
      await failureOf(createClient({ baseURL: broken.relay.baseURL }).models());

      expect(whole.relay.requests).toEqual([begin]);
      expect(broken.relay.requests.filter((each) => each === stopped)).toEqual([]);
    });
  });

  describe('to which resumeStream attaches', () => {
    const attach = (after?: number) => (client: Client) =>
      client.resumeStream('stream_0123456789', { api, ...(after === undefined ? {} : { after }) });

    it('is read from its start', async () => {
      const played = await read(api, [{}], {}, attach());

      await expectWhole(api, played);
      expect(played.relay.requests).toEqual([`GET ${get}`]);
    });

    it('is read after an event, and resumed', async () => {
      const played = await read(api, [{ until: 3 }, {}], {}, attach(2));

      expect(await played.seen.ended).toBeUndefined();
      expect(await lastValueFrom(from(played.seen.values).pipe(textDeltas(), toText()))).toBe('is lost.');
      expect(played.relay.requests).toEqual([`GET ${get} after 2`, `GET ${get} after 3`]);
    });

    it('completes without a value if all of it was read', async () => {
      const { seen } = await read(api, [{}], {}, attach(last));

      expect(await seen.ended).toBeUndefined();
      expect(seen.values).toEqual([]);
    });

    it('fails if the relay does not have it', async () => {
      const { relay, seen } = await read(api, [{ answer: refuse(404) }], {}, attach());

      expect(await seen.ended).toMatchObject({ kind: 'not_found', streamId: relay.id, after: undefined });
    });

    it('is stopped once it is left', async () => {
      const { relay, seen } = await read(api, [{ until: 1, cut: 'silence' }], {}, attach());
      await seen.reached(1);
      seen.unsubscribe();
      await turnsUntil(() => relay.requests.length > 1, patience);

      expect(relay.requests).toEqual([`GET ${get}`, `DELETE ${get}`]);
    });
  });
});

describe('the answer of a relay', () => {
  afterEach(closeServers);

  it('is whole at a 204 where each choice has its finish reason', async () => {
    const { relay, seen } = await read('chat', [{ until: 4 }, { answer: nothing }]);

    expect(await seen.ended).toBeUndefined();
    expect(relay.requests).toHaveLength(2);
  });

  it('has the deadlines of all its exchanges together', async () => {
    const { seen, clock } = await read(
      'chat',
      [
        { until: 0, cut: 'end' },
        { until: 0, cut: 'silence' },
      ],
      {
        deadlines: { firstChunk: 1000 },
        resume: { random: () => 0.5 },
      },
    );
    await turnsUntil(() => clock.now() > 0, patience);
    goOn(clock, 1000);

    expect(await seen.ended).toMatchObject({ deadline: 'firstChunk', retryable: false });
  });

  it('is named to onResponse', async () => {
    const told: (string | undefined)[] = [];
    const onResponse = ({ streamId }: ResponseInfo): void => void told.push(streamId);
    const played = await read('chat', [{ until: 2 }, {}], {}, (client) => client.chat(chatRequest, { onResponse }));

    await expectWhole('chat', played);
    expect(told).toEqual([played.relay.id, played.relay.id]);
  });

  it('is not followed on a server that an interceptor chose', async () => {
    const relay = await startRelay(apis.chat.events, [{ until: 2, cut: 'end' }]);
    const told: (string | undefined)[] = [];
    const client = createClient({
      baseURL: 'http://first.test/v1',
      interceptors: [(request, next) => next({ ...request, url: `${relay.baseURL}/chat/completions` })],
    });
    const stream = client.chat(chatRequest, { onResponse: ({ streamId }) => void told.push(streamId) });

    expect(await failureOf(stream)).toMatchObject({ kind: 'truncated', retryable: true });
    expect(told).toEqual([undefined]);
    expect(relay.requests).toHaveLength(1);
  });

  it('is asked for without the idempotency key of its request', async () => {
    const played = await read('chat', [{ until: 2 }, {}], {}, (client) =>
      client.chat(chatRequest, { idempotencyKey: 'once', headers: { 'x-tenant': 'a' } }),
    );

    await expectWhole('chat', played);
    expect(played.relay.served.map(({ headers }) => [headers['idempotency-key'], headers['x-tenant']])).toEqual([
      ['once', 'a'],
      [undefined, 'a'],
    ]);
  });
});

describe('resumeStream', () => {
  it.each([[''], ['short'], ['stream/0123456789'], [7], [undefined]])('throws for the id %p', (id) => {
    expect(() => createClient().resumeStream(id as string, { api: 'chat' })).toThrow(TypeError);
  });

  it.each([
    [undefined, /options/u],
    [{}, /api/u],
    [{ api: 'completions' }, /api/u],
    [{ api: 'chat', after: -1 }, /after/u],
    [{ api: 'chat', timeout: 1 }, /timeout/u],
  ])('throws for the options %j', (options, message) => {
    expect(() => createClient().resumeStream('stream_0123456789', options as { api: 'chat' })).toThrow(message);
  });
});
