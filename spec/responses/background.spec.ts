import { EMPTY, map, NEVER, type Observable, take, takeWhile } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import {
  type Client,
  createClient,
  type RequestOptions,
  type ResponseEvent,
  retryTransient,
  type Transport,
  type TransportEvent,
  type TransportRequest,
} from '../../src/index.js';
import { runTimed } from '../support/timed-client.js';
import { data, head } from '../support/transport-events.js';
import { backgroundEvents, sentEvent } from './background-server.js';

const request = { model: 'small', input: 'Hi', background: true };
const document = (status: string): TransportEvent =>
  data(JSON.stringify({ id: 'resp_1', object: 'response', status, output: [] }));

/**
 * What a server sends, by marble: headers, events by their number, a keep-alive numbered 3, an event that has no number, a
 * refused resume, a busy server, and a response that is finished, or is not.
 */
const sent: Readonly<Record<string, TransportEvent>> = {
  h: head(200, { 'content-type': 'text/event-stream' }),
  ...Object.fromEntries(backgroundEvents.map((_event, number) => [number, data(sentEvent(number))])),
  k: data('data: {"type":"keepalive","sequence_number":3}\n\n'),
  u: data('data: {"type":"response.created","response":{"id":"resp_1","background":true}}\n\n'),
  f: data('data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1"}}\n\n'),
  x: data(
    'data: {"type":"response.failed","sequence_number":1,"response":{"id":"resp_1","status":"failed","error":{"code":"server_error"}}}\n\n',
  ),
  n: head(404),
  e: head(500),
  j: head(200, { 'content-type': 'application/json' }),
  d: document('completed'),
  q: document('queued'),
  b: data('{"id":"resp_1","object":"response","status":"queued","background":true,"output":[]}'),
};

interface Played {
  readonly exchanges: readonly string[];
  readonly options?: RequestOptions;
  readonly ask?: (client: Client) => Observable<ResponseEvent>;
  /** When the subscriber leaves. */
  readonly until?: string;
}

/** What reached the server: the operation, the address below the base, and when each exchange began and ended. */
type Reached = readonly string[];

const ofNumber = ({ sequence_number: number, type }: ResponseEvent): string =>
  number === undefined || number === null ? type : String(number);

/** Plays exchanges of a server to a client, and expects what the subscriber gets. */
function play(
  { exchanges, options, ask = (client) => client.responses(request), until }: Played,
  expected: string,
  fields?: Readonly<Record<string, unknown>>,
  values?: Readonly<Record<string, string>>,
): Reached {
  const reached: string[] = [];
  let requests: TransportRequest[] = [];
  runTimed((helpers: RunHelpers, createTimed) => {
    requests = [];
    const transport: Transport = (exchange) => {
      requests.push(exchange);
      const marbles = exchanges[requests.length - 1];
      return marbles === undefined ? NEVER : helpers.cold(marbles, sent);
    };
    const client = createTimed({ transport, resume: { random: () => 2 / 500 }, ...options });
    const stream = ask(client).pipe(map(ofNumber));
    const error = fields && (expect.objectContaining(fields) as unknown);
    helpers.expectObservable(stream, until).toBe(expected, values, error);
  });
  requests.forEach(({ operation, method, url }) => {
    reached.push(`${operation}: ${method} ${url.replace('http://server.test/v1', '')}`);
  });
  return reached;
}

const begun = 'responses: POST /responses';
const resumed = (after: number | undefined): string =>
  `responses.resume: GET /responses/resp_1?stream=true${after === undefined ? '' : `&starting_after=${after}`}`;
const retrieved = 'responses.retrieve: GET /responses/resp_1';
const stopped = 'responses.cancel: POST /responses/resp_1/cancel';
const kept = { retryable: false, responseId: 'resp_1' };

describe('a background response', () => {
  it('goes on after an early end', () => {
    const reached = play({ exchanges: ['h01|', 'h2345'] }, '-01---234(5|)');

    expect(reached).toEqual([begun, resumed(1)]);
  });

  it('measures the silence of a resumed exchange from its start', () => {
    const reached = play(
      { exchanges: ['h0--|', '------2', 'h12345'], options: { deadlines: { idle: 5 } } },
      '-0 14ms 1234(5|)',
    );

    expect(reached).toEqual([begun, resumed(0), resumed(0)]);
  });

  it('goes on after the deadline for headers of a resumed exchange', () => {
    const options = { deadlines: { headers: 5 } };

    expect(play({ exchanges: ['h0|', '-', 'h12345'], options }, '-0 12ms 1234(5|)')).toEqual([
      begun,
      resumed(0),
      resumed(0),
    ]);
  });

  it('is not resumed after the deadline for the whole, which counts pauses too', () => {
    const options = { deadlines: { total: 4 } };

    expect(
      play({ exchanges: ['h0|'], options }, '-0--#', { ...kept, name: 'DeadlineError', deadline: 'total', after: 0 }),
    ).toEqual([begun]);
  });

  it('ends with the error of a server that refuses the resume, and what had been read', () => {
    const reached = play({ exchanges: ['h01|', 'n|'] }, '-01---#', {
      ...kept,
      kind: 'not_found',
      status: 404,
      after: 1,
    });

    expect(reached).toEqual([begun, resumed(1)]);
  });

  it('asks for what comes after a keep-alive, which is not emitted', () => {
    expect(play({ exchanges: ['h0k|', 'h45'] }, '-0----4(5|)')).toEqual([begun, resumed(3)]);
  });

  it('is retrieved once when a resume ends without anything new', () => {
    const reached = play({ exchanges: ['h01|', 'h1|', 'jd|'] }, '-01------(c|)', undefined, {
      c: 'response.completed',
      0: '0',
      1: '1',
    });

    expect(reached).toEqual([begun, resumed(1), retrieved]);
  });

  it('goes on if it is not finished when it is retrieved', () => {
    const reached = play({ exchanges: ['h01|', 'h|', 'jq|', 'h2345'] }, '-01 10ms 234(5|)');

    expect(reached).toEqual([begun, resumed(1), retrieved, resumed(1)]);
  });

  it('ends with the deadline of a single answer where it is retrieved, and that answer does not end', () => {
    const options = { deadlines: { firstChunk: 5 } };
    const expected = { ...kept, name: 'DeadlineError', deadline: 'firstChunk', after: 1 };

    expect(play({ exchanges: ['h01|', 'h|', 'j'], options }, '-01 8ms #', expected)).toEqual([
      begun,
      resumed(1),
      retrieved,
    ]);
  });

  it('that is told in JSON while it goes on ends with an error that has its id', () => {
    const expected = { ...kept, name: 'ProtocolError', after: undefined };

    expect(play({ exchanges: ['jb|'] }, '--#', expected)).toEqual([begun]);
  });

  it('passes its own failure on, which is not retryable', () => {
    const expected = { ...kept, name: 'StreamError', code: 'server_error', after: 1 };

    expect(play({ exchanges: ['h0x'] }, '-0(1#)', expected)).toEqual([begun]);
  });

  it('is not resumed with resume: false, and its error tells how to', () => {
    const options = { resume: false as const };

    expect(play({ exchanges: ['h01|'], options }, '-01#', { ...kept, kind: 'truncated', after: 1 })).toEqual([begun]);
  });

  it('is not begun again by a retry operator if its events have no numbers', () => {
    const ask = (client: Client): Observable<ResponseEvent> =>
      client.responses(request).pipe(
        takeWhile(({ type }) => type !== 'response.created'),
        retryTransient(),
      );
    const plain = (client: Client): Observable<ResponseEvent> => client.responses(request).pipe(retryTransient());

    expect(play({ exchanges: ['hu|'], ask: plain }, '-u#', kept, { u: 'response.created' })).toEqual([begun]);
    expect(play({ exchanges: ['hu|'], ask }, '-|')).toEqual([begun]);
  });

  it('of which the server does not say that it is one ends with an error that is retryable', () => {
    const expected = { kind: 'truncated', retryable: true };

    expect(play({ exchanges: ['hf|'] }, '-0#', expected)).toEqual([begun]);
  });

  it('tells in JSON how to resume it', () => {
    let json = '';
    const ask = (client: Client): Observable<ResponseEvent> => {
      const stream = client.responses(request);
      stream.subscribe({ error: (error: unknown) => (json = JSON.stringify(error)) });
      return EMPTY;
    };

    play({ exchanges: ['h01|'], options: { resume: { count: 0 } }, ask }, '|');

    expect(JSON.parse(json)).toMatchObject({ ...kept, after: 1 });
  });

  it('does not send the idempotency key of its first request again', () => {
    const keys: unknown[] = [];
    const interceptors: RequestOptions['interceptors'] = [
      (exchange, next) => {
        keys.push(exchange.headers['idempotency-key']);
        return next(exchange);
      },
    ];

    play(
      {
        exchanges: ['h01|', 'h2345'],
        ask: (client) => client.responses(request, { idempotencyKey: 'once', interceptors }),
      },
      '-01---234(5|)',
    );

    expect(keys).toEqual(['once', undefined]);
  });

  describe('that is left', () => {
    it('is left to go on by default', () => {
      expect(play({ exchanges: ['h0-'], until: '---!' }, '-0')).toEqual([begun]);
    });

    it('is stopped once where that is asked for', () => {
      const options = { onUnsubscribe: 'stop' as const };

      expect(play({ exchanges: ['h0-', 'jd|'], options, until: '---!' }, '-0')).toEqual([begun, stopped]);
    });

    it.each([
      ['during a pause', ['h0|'], '----!', '-0'],
      ['during a further exchange', ['h0|', 'h1-'], '------!', '-0---1'],
    ])('is stopped %s', (_when, exchanges, until, expected) => {
      const reached = play({ exchanges, options: { onUnsubscribe: 'stop' }, until }, expected);

      expect(reached.filter((each) => each === stopped)).toHaveLength(1);
    });

    it.each([
      ['refuses', 'e|'],
      ['does not answer', '-'],
    ])('passes no error on if the server %s to stop it', (_how, answer) => {
      expect(
        play({ exchanges: ['h0-', answer], options: { onUnsubscribe: 'stop' }, until: '---!' }, '-0'),
      ).toHaveLength(2);
    });

    it('is not stopped before the server says that it is one, after its end, or after an error', () => {
      const options = { onUnsubscribe: 'stop' as const };

      expect(play({ exchanges: ['hf-'], options, until: '---!' }, '-0')).toEqual([begun]);
      expect(play({ exchanges: ['h012345'], options }, '-01234(5|)')).toEqual([begun]);
      expect(play({ exchanges: ['h0x'], options }, '-0(1#)', kept)).toEqual([begun]);
      const toTheEnd = (client: Client): Observable<ResponseEvent> => client.responses(request).pipe(take(6));
      expect(play({ exchanges: ['h012345'], options, ask: toTheEnd }, '-01234(5|)')).toEqual([begun]);
    });

    it('lets the request that stops it last 10 seconds', () => {
      runTimed(({ cold, expectObservable, expectSubscriptions }, createTimed) => {
        const first = cold<TransportEvent>('h0-', sent);
        const last = cold<TransportEvent>('-');
        const answers = [first, last];
        const client = createTimed({ transport: () => answers.shift() ?? NEVER, onUnsubscribe: 'stop' });

        expectObservable(client.responses(request).pipe(map(ofNumber)), '---!').toBe('-0');
        expectSubscriptions(first.subscriptions).toBe('^--!');
        expectSubscriptions(last.subscriptions).toBe('---^ 9999ms !');
      });
    });
  });
});

describe('resumeResponse', () => {
  const resume = (after?: number, options?: RequestOptions) => (client: Client) =>
    client.resumeResponse('resp_1', { ...(after === undefined ? {} : { after }), ...options });

  it.each([[undefined], [0], [1]])('asks for what comes after %p', (after) => {
    expect(
      play(
        { exchanges: ['h012345'], ask: resume(after) },
        after === undefined ? '-01234(5|)' : after === 0 ? '--1234(5|)' : '---234(5|)',
      ),
    ).toEqual([resumed(after)]);
  });

  it('resumes from its first exchange on', () => {
    const ask = resume(1, { deadlines: { idle: 5 } });

    expect(play({ exchanges: ['e|', '-', 'h2345'], ask }, '13ms 234(5|)')).toEqual([
      resumed(1),
      resumed(1),
      resumed(1),
    ]);
  });

  it('retrieves a response from which nothing new comes', () => {
    expect(
      play({ exchanges: ['h|', 'jd|'], ask: resume(5) }, '---(c|)', undefined, { c: 'response.completed' }),
    ).toEqual([resumed(5), retrieved]);
  });

  it('ends with the error of a server that refuses it', () => {
    expect(play({ exchanges: ['n|'], ask: resume(3) }, '-#', { ...kept, kind: 'not_found', after: 3 })).toEqual([
      resumed(3),
    ]);
  });

  it('has a deadline for its first event, in all exchanges together', () => {
    const ask = resume(3, { deadlines: { firstChunk: 8 } });

    expect(play({ exchanges: ['h-|'], ask, options: {} }, '8ms #', { ...kept, deadline: 'firstChunk' })).toEqual([
      resumed(3),
      retrieved,
    ]);
  });

  it('stops the response where that is asked for', () => {
    const ask = resume(1, { onUnsubscribe: 'stop' });

    expect(play({ exchanges: ['h-'], ask, until: '---!' }, '')).toEqual([resumed(1), stopped]);
  });

  it.each([[''], [7], [null], [undefined]])('throws for the id %p', (id) => {
    expect(() => createClient().resumeResponse(id as string)).toThrow(TypeError);
  });

  it.each([[-1], [1.5], [NaN], ['1'], [null]])('throws for after: %p', (after) => {
    expect(() => createClient().resumeResponse('resp_1', { after: after as number })).toThrow(/after/u);
  });

  it.each(['a/b', '../models', '.', '..', 'a?b#c', '%2e%2e'])('stays below /responses/ with the id %s', (id) => {
    const [reached] = play({ exchanges: ['h5'], ask: (client) => client.resumeResponse(id) }, '-(5|)');

    expect(reached).toMatch(/^responses\.resume: GET \/responses\/[^/?#]+\?stream=true$/u);
  });
});
