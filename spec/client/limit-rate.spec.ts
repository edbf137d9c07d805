import fc from 'fast-check';
import { asyncScheduler, concatMap, from, map, NEVER, Observable, of, takeUntil, throwError, timer } from 'rxjs';
import {
  ApiError,
  type BudgetCost,
  type BudgetStore,
  createClient,
  type Interceptor,
  limitRate,
  type LimitRateConfig,
  RateLimitError,
  type RateNotice,
  retryTransient,
  textDeltas,
  toText,
  type TransportEvent,
  type TransportRequest,
} from '../../src/index.js';
import { answer, chatRequest, fakeTransport, hello } from '../support/answers.js';
import { observe } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { runMarbles } from '../support/run-marbles.js';
import { head, transportRequest } from '../support/transport-events.js';

/** What was sent, as `name@time`. */
type Sent = string[];

/** Creates the request with a name, and a body. */
function named(name: string, body: object = {}, operation = 'chat'): TransportRequest {
  return transportRequest(`http://server.test/${name}`, { operation, body: JSON.stringify(body) });
}

function noting(sent: Sent, exchange: (name: string) => Observable<TransportEvent> = () => answer(hello)) {
  return (request: TransportRequest): Observable<TransportEvent> =>
    new Observable((subscriber) => {
      const name = request.url.slice('http://server.test/'.length);
      sent.push(`${name}@${asyncScheduler.now()}`);
      return exchange(name).subscribe(subscriber);
    });
}

/** Reads the tokens that a request of these specs names. */
const estimate = ({ body }: TransportRequest): number => (JSON.parse(body as string) as { cost: number }).cost;

/** Runs exchanges in virtual time: each name of `asked` is subscribed at its time, and unsubscribed at that of `left`. */
function sentBy(
  config: LimitRateConfig,
  asked: readonly (readonly [name: string, at: number, body?: object, left?: number | undefined])[],
  exchange?: (name: string) => Observable<TransportEvent>,
): { readonly sent: Sent; readonly errors: readonly (readonly [string, number, unknown])[] } {
  const sent: Sent = [];
  const errors: [string, number, unknown][] = [];
  runMarbles(({ expectObservable }) => {
    const intercept = limitRate(config);
    for (const [name, at, body, left] of asked) {
      const exchanges = timer(at).pipe(
        concatMap(() => intercept(named(name, body), noting(sent, exchange))),
        takeUntil(left === undefined ? NEVER : timer(left)),
      );
      exchanges.subscribe({ error: (error: unknown) => errors.push([name, asyncScheduler.now(), error]) });
    }
    expectObservable(NEVER).toBe('-');
  });
  return { sent, errors };
}

const tooLong = (retryAfter?: number): unknown =>
  expect.objectContaining({ name: 'RateLimitError', status: 429, code: 'rate_budget', retryable: true, retryAfter });

/** A store that says how long to wait, and notes its calls. */
function scriptedStore(...answers: readonly ReturnType<BudgetStore['take']>[]) {
  const calls: unknown[][] = [];
  const store: BudgetStore = {
    take: (...call) => {
      calls.push(['take', ...call]);
      return answers[Math.min(calls.length, answers.length) - 1] ?? of(0);
    },
    give: (...call) => {
      calls.push(['give', ...call]);
      return of(undefined);
    },
    hold: (...call) => {
      calls.push(['hold', ...call]);
      return of(undefined);
    },
  };
  return { store, calls };
}

describe('limitRate', () => {
  expectQuietProcess();

  it('sends in order what the window holds', () => {
    const asked = ['a', 'b', 'c', 'd', 'e'].map((name) => [name, 0] as const);

    expect(sentBy({ requests: 2, window: 10 }, asked).sent).toEqual(['a@0', 'b@0', 'c@10', 'd@10', 'e@20']);
  });

  it('slides the window', () => {
    const asked = [0, 6, 7, 8].map((at, index) => ['abcd'[index]!, at] as const);

    expect(sentBy({ requests: 2, window: 10 }, asked).sent).toEqual(['a@0', 'b@6', 'c@10', 'd@16']);
  });

  it('counts estimated tokens, and lets none overtake', () => {
    const asked = [4, 4, 5, 1].map((cost, index) => ['abcd'[index]!, index, { cost }] as const);

    expect(sentBy({ tokens: 10, window: 100, estimate }, asked).sent).toEqual(['a@0', 'b@1', 'c@100', 'd@100']);
  });

  it('sends a cost above the whole window alone', () => {
    const asked = [1, 99, 1].map((cost, index) => ['abc'[index]!, index, { cost }] as const);

    expect(sentBy({ tokens: 10, window: 100, estimate }, asked).sent).toEqual(['a@0', 'b@100', 'c@200']);
  });

  it('lets go who leaves, at no cost', () => {
    const { sent } = sentBy({ requests: 1, window: 10 }, [['a', 0], ['b', 1, {}, 5], ['c', 2], ['d', 3, {}, 11], ['e', 4]]); // prettier-ignore

    expect(sent).toEqual(['a@0', 'c@10', 'e@20']);
  });

  it('asks at once for the next in line when the first leaves', () => {
    const { sent } = sentBy({ tokens: 10, window: 100, estimate }, [
      ['a', 0, { cost: 5 }],
      ['b', 1, { cost: 9 }, 7],
      ['c', 2, { cost: 5 }],
    ]);

    expect(sent).toEqual(['a@0', 'c@7']);
  });

  it('fails at once where the wait is longer than maxDelay', () => {
    const { sent, errors } = sentBy({ requests: 1, window: 100, maxDelay: 50 }, [['a', 0], ['b', 10], ['c', 60]]); // prettier-ignore

    expect(sent).toEqual(['a@0', 'c@100']);
    expect(errors).toEqual([['b', 10, tooLong(90)]]);
  });

  it('counts the time in line', () => {
    const { sent, errors } = sentBy({ requests: 1, window: 40, maxDelay: 50 }, [['a', 0], ['b', 1], ['c', 2]]); // prettier-ignore

    expect(sent).toEqual(['a@0', 'b@40']);
    expect(errors).toEqual([['c', 40, tooLong(40)]]);
  });

  it('keeps 1,000 in order', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `n${index}`);

    const { sent } = sentBy({ requests: 10, window: 10, maxDelay: Infinity }, names.map((name) => [name, 0] as const)); // prettier-ignore

    expect(sent).toEqual(names.map((name, index) => `${name}@${Math.floor(index / 10) * 10}`));
  });

  it('bounds the open exchanges, until they end, fail or are left', () => {
    const exchanges: Record<string, Observable<TransportEvent>> = {
      a: timer(5).pipe(map(() => head())),
      b: timer(7).pipe(concatMap(() => throwError(() => new Error('no')))),
      c: NEVER,
    };
    const { sent } = sentBy(
      { concurrency: 2 },
      [['a', 0], ['b', 0], ['c', 0, {}, 20], ['d', 0], ['e', 0], ['f', 0]],
      (name) => exchanges[name] ?? NEVER,
    ); // prettier-ignore

    expect(sent).toEqual(['a@0', 'b@0', 'c@5', 'd@7', 'e@20']);
  });

  it('fails where no slot is free within maxDelay', () => {
    const { sent, errors } = sentBy({ concurrency: 1, maxDelay: 9 }, [['a', 0], ['b', 3], ['c', 4]], () => NEVER); // prettier-ignore

    expect(sent).toEqual(['a@0']);
    expect(errors).toEqual([['b', 12, tooLong()], ['c', 13, tooLong()]]); // prettier-ignore
  });

  it('is shared by the clients that have it', () => {
    runMarbles(({ expectObservable }) => {
      const interceptors = [limitRate({ requests: 1, window: 10 })];
      const create = () =>
        createClient({ baseURL: 'http://server.test/v1', transport: fakeTransport().transport, interceptors });
      const ask = () => create().chat(chatRequest).pipe(textDeltas(), toText());

      expectObservable(ask()).toBe('(a|)', { a: 'Hello' });
      expectObservable(ask()).toBe('----------(a|)', { a: 'Hello' });
    });
  });

  it('begins nothing before it is subscribed', () => {
    runMarbles(({ expectObservable }) => {
      const intercept = limitRate({ requests: 1, window: 10 });
      intercept(named('a'), () => NEVER);

      expectObservable(intercept(named('b'), () => of(head(204)))).toBe('(h|)', { h: head(204) });
    });
  });

  it('lets every attempt of a retry outside of it pay', () => {
    runMarbles(({ expectObservable }) => {
      const { transport, requests } = fakeTransport(answer('{}', { status: 503 }), answer(hello));
      const interceptors: Interceptor[] = [
        (request, next) => next(request).pipe(retryTransient({ initialDelay: 0 })),
        limitRate({ requests: 1, window: 10 }),
      ];
      const client = createClient({ baseURL: 'http://server.test/v1', transport, interceptors });

      expectObservable(client.chat(chatRequest).pipe(textDeltas(), toText())).toBe('----------(a|)', { a: 'Hello' });
      timer(20).subscribe(() => expect(requests).toHaveLength(2));
    });
  });

  it.each(['models', 'responses.cancel', 'responses.retrieve', 'responses.resume', 'responses.delete'])(
    'lets %s pass',
    (operation) => {
      runMarbles(({ expectObservable }) => {
        const intercept = limitRate({ requests: 1, concurrency: 1 });
        intercept(named('a'), () => NEVER).subscribe();

        expectObservable(intercept(named('b', {}, operation), () => of(head()))).toBe('(h|)', { h: head() });
      });
    },
  );

  it.each(['chat', 'completions', 'responses', 'embeddings', 'moderations'])('holds %s back', (operation) => {
    runMarbles(({ expectObservable }) => {
      const intercept = limitRate({ requests: 1, window: 5 });
      intercept(named('a'), () => NEVER).subscribe();

      expectObservable(intercept(named('b', {}, operation), () => of(head()))).toBe('-----(h|)', { h: head() });
    });
  });

  it('tells who has to wait, and for how long', () => {
    const notices: RateNotice[] = [];
    sentBy({ requests: 1, window: 10, notify: { next: (notice) => notices.push(notice) } }, [
      ['a', 0],
      ['b', 4],
      ['c', 5],
    ]);

    expect(notices).toEqual([
      { delay: 6, at: 10, request: named('b') },
      { delay: 10, at: 20, request: named('c') },
    ]);
  });

  it('fails an exchange with what notify throws, and no other', () => {
    const failure = new Error('no');
    let calls = 0;
    const notify = (): void => {
      calls += 1;
      if (calls === 1) {
        throw failure;
      }
    };
    const { sent, errors } = sentBy({ requests: 1, window: 10, notify }, [['a', 0], ['b', 4], ['c', 5]]); // prettier-ignore

    expect(sent).toEqual(['a@0', 'c@10']);
    expect(errors).toEqual([['b', 4, failure]]);
  });

  it('holds no more than the limit in any window, whatever is asked when', () => {
    const exchange = fc.record({
      at: fc.nat(60),
      cost: fc.integer({ min: 1, max: 12 }),
      left: fc.option(fc.nat(60), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (exchanges, requests) => {
        const asked = [...exchanges]
          .sort((one, other) => one.at - other.at)
          .map(({ at, cost, left }, index) => [String(index), at, { cost }, left && at + left] as const);

        const { sent } = sentBy({ requests, tokens: 10, window: 20, maxDelay: Infinity, estimate }, asked);

        const entries = sent.map((entry) => entry.split('@').map(Number) as [number, number]);
        expect(entries).toEqual([...entries].sort(([one], [other]) => one - other));
        for (const [, start] of entries) {
          const held = entries.filter(([, at]) => at >= start && at < start + 20);
          const tokens = held.map(([name]) => asked[name]![2].cost);
          expect(held.length).toBeLessThanOrEqual(requests);
          expect(tokens.length === 1 || tokens.reduce((sum, cost) => sum + cost, 0) <= 10).toBe(true);
        }
        expect(sent.length).toBeGreaterThanOrEqual(exchanges.filter(({ left }) => left === undefined).length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('limitRate and what the server says', () => {
  const telling =
    (headers: Readonly<Record<string, string>>) =>
    (name: string): Observable<TransportEvent> =>
      of(head(200, name === 'a' ? headers : {}));

  it.each([
    ['lowers what is left', { 'x-ratelimit-remaining-requests': '1' }, ['a@0', 'b@1', 'c@100']],
    ['does not raise it', { 'x-ratelimit-remaining-requests': '99' }, ['a@0', 'b@1', 'c@2', 'd@100']],
    [
      'goes on after the reset',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20ms' },
      ['a@0', 'b@20', 'c@20', 'd@100'],
    ],
    ['ignores -1, which is no limit', { 'x-ratelimit-remaining-requests': '-1' }, ['a@0', 'b@1', 'c@2', 'd@100']],
    ['ignores tokens where none are limited', { 'x-ratelimit-remaining-tokens': '0' }, ['a@0', 'b@1', 'c@2', 'd@100']],
  ])('%s', (_what, headers, expected) => {
    const asked = ['a', 'b', 'c', 'd'].map((name, at) => [name, at] as const);

    expect(sentBy({ requests: 3, window: 100 }, asked, telling(headers)).sent.slice(0, expected.length)).toEqual(
      expected,
    );
  });

  it('is not raised by an answer that was overtaken', () => {
    const left: Record<string, string> = { a: '0', b: '5' };
    const exchange = (name: string): Observable<TransportEvent> =>
      timer(name === 'a' ? 1 : 2).pipe(map(() => head(200, { 'x-ratelimit-remaining-requests': left[name] ?? '9' })));

    expect(sentBy({ requests: 9, window: 50 }, [['a', 0], ['b', 0], ['c', 10]], exchange).sent).toEqual(['a@0', 'b@0', 'c@51']); // prettier-ignore
  });

  const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 30 });

  it.each([
    ['too many requests', busy],
    ['a model that is overloaded', new ApiError('429 Busy', { kind: 'overloaded', status: 429, retryable: true, retryAfter: 30 })], // prettier-ignore
  ])('pauses all for as long as a 429 for %s asks', (_what, error) => {
    const { sent } = sentBy({ requests: 9 }, [['a', 0], ['b', 1], ['c', 2]], (name) =>
      name === 'a' ? throwError(() => error) : answer(hello),
    ); // prettier-ignore

    expect(sent).toEqual(['a@0', 'b@30', 'c@30']);
  });

  it.each([
    ['a used-up quota', new ApiError('429 No money', { kind: 'quota', status: 429, retryable: false, retryAfter: 30 })],
    ['another status', new ApiError('503 Down', { kind: 'server', status: 503, retryable: true, retryAfter: 30 })],
    ['a 429 without a hint', new RateLimitError('429 Slow down', { status: 429, retryable: true })],
    [
      'a limit of ours inside of it',
      new RateLimitError('429 Full', { status: 429, code: 'rate_budget', retryable: true, retryAfter: 30 }),
    ],
  ])('does not pause for %s', (_what, error) => {
    const { sent } = sentBy({ requests: 9 }, [['a', 0], ['b', 1]], () => throwError(() => error)); // prettier-ignore

    expect(sent).toEqual(['a@0', 'b@1']);
  });
});

describe('the store of limitRate', () => {
  expectQuietProcess();
  const cost: BudgetCost = { requests: 1, tokens: 0 };
  const limits = { requests: 2, tokens: undefined, window: 60_000 };

  it('is asked by key, cost and limits, again after the pause it names', () => {
    const { store, calls } = scriptedStore(of(5), of(0));

    expect(sentBy({ requests: 2, store, key: 'mine' }, [['a', 1]]).sent).toEqual(['a@6']); // prettier-ignore
    expect(calls).toEqual([
      ['take', 'mine', cost, limits],
      ['take', 'mine', cost, limits],
    ]);
  });

  it('may answer with a Promise', async () => {
    const { store } = scriptedStore(Promise.resolve(0));
    const seen = observe(limitRate({ requests: 2, store })(named('a'), () => of(head())));

    expect(await seen.ended).toBeUndefined();
    expect(seen.values).toEqual([head()]);
  });

  it('is asked for one exchange at a time', () => {
    const { store, calls } = scriptedStore(timer(3).pipe(map(() => 0)));

    expect(sentBy({ requests: 2, store }, [['a', 0], ['b', 0], ['c', 1]]).sent).toEqual(['a@3', 'b@6', 'c@9']); // prettier-ignore
    expect(calls).toHaveLength(3);
  });

  it('gets back the cost of an exchange that was left before it was sent', () => {
    const { store, calls } = scriptedStore(timer(3).pipe(map(() => 0)));

    expect(sentBy({ requests: 2, store }, [['a', 0, {}, 2], ['b', 1]]).sent).toEqual(['b@6']); // prettier-ignore
    expect(calls.map(([method]) => method)).toEqual(['take', 'give', 'take']);
    expect(calls[1]).toEqual(['give', 'default', cost]);
  });

  it('gets nothing back for an exchange that was left while it had no room, or after it was sent', () => {
    const { store, calls } = scriptedStore(timer(3).pipe(map(() => 9)), of(0));

    sentBy({ requests: 2, store }, [['a', 0, {}, 2], ['b', 10, {}, 11]], () => NEVER); // prettier-ignore
    expect(calls.map(([method]) => method)).toEqual(['take', 'take']);
  });

  it.each<[string, ReturnType<BudgetStore['take']>, unknown]>([
    ['fails', throwError(() => new Error('no Redis')), expect.objectContaining({ message: 'no Redis' })],
    ['answers with no number', of('0' as unknown as number), expect.any(TypeError)],
    ['answers with a negative number', of(-1), expect.any(TypeError)],
    ['answers nothing', from([]), expect.any(Error)],
  ])('fails the exchange where it %s, and nothing is sent', (_how, take, error) => {
    const { store } = scriptedStore(take, of(0));

    const { sent, errors } = sentBy({ requests: 2, store }, [['a', 0], ['b', 1]]); // prettier-ignore

    expect(sent).toEqual(['b@1']);
    expect(errors).toEqual([['a', 0, error]]);
  });

  it('may take longer to answer than maxDelay, which is about the wait for room', () => {
    const late = (wait: number) => timer(5).pipe(map(() => wait));
    const { store } = scriptedStore(late(0), late(0), late(8));

    const asked = [['a', 0], ['b', 1], ['c', 2]] as const; // prettier-ignore
    const { sent, errors } = sentBy({ requests: 2, store, maxDelay: 0 }, asked);

    expect(sent).toEqual(['a@5', 'b@10']);
    expect(errors).toEqual([['c', 15, tooLong(8)]]);
  });

  it('that never answers does not hold anybody longer than maxDelay, or a second', () => {
    const { store } = scriptedStore(NEVER);
    const short = sentBy({ requests: 2, store, maxDelay: 20 }, [['a', 0], ['b', 1]]); // prettier-ignore
    const long = sentBy({ requests: 2, store, maxDelay: 2000 }, [['a', 0], ['b', 1]]); // prettier-ignore

    expect([...short.sent, ...long.sent]).toEqual([]);
    expect(short.errors).toEqual([['a', 1000, tooLong()], ['b', 1000, tooLong()]]); // prettier-ignore
    expect(long.errors).toEqual([['a', 2000, tooLong()], ['b', 2001, tooLong()]]); // prettier-ignore
  });

  it('is told of the pause that a 429 asks for, whose failure concerns nobody', () => {
    const busy = new RateLimitError('429 Slow down', { status: 429, retryable: true, retryAfter: 30 });
    const { store, calls } = scriptedStore();
    const failing: BudgetStore = {
      ...store,
      hold: (...call) => {
        store.hold(...call);
        throw new Error('no Redis');
      },
    };

    const { errors } = sentBy({ requests: 2, store: failing }, [['a', 0]], () => throwError(() => busy)); // prettier-ignore

    expect(errors).toEqual([['a', 0, busy]]);
    expect(calls[1]).toEqual(['hold', 'default', 30]);
  });
});

describe('the estimate of limitRate', () => {
  const text = 'x'.repeat(400);
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${text}` } };

  it.each<[string, object, number]>([
    ['counts the text of messages', { messages: [{ role: 'user', content: text }] }, 100],
    ['counts parts', { messages: [{ role: 'user', content: [{ type: 'text', text }, image] }] }, 1100],
    ['counts a file as 1,000', { input: [{ role: 'user', content: [{ type: 'input_file', file_data: text }] }] }, 1000],
    ['counts the input of a response', { input: text, instructions: text, max_output_tokens: 50 }, 250],
    ['counts what is asked for', { messages: [{ role: 'user', content: text }], max_tokens: 10, n: 3 }, 130],
    ['prefers max_completion_tokens', { messages: [], max_completion_tokens: 7, max_tokens: 9 }, 7],
    ['counts several inputs', { input: [text, text] }, 200],
    ['counts token ids', { prompt: [1, 2, 3], max_tokens: 4 }, 7],
    ['counts the result of a call', { input: [{ type: 'function_call_output', call_id: 'c', output: text }] }, 100],
    ['rounds up', { prompt: 'xxxxx' }, 2],
  ])('%s', (_what, body, tokens) => {
    const { store, calls } = scriptedStore();

    sentBy({ tokens: 5000, store }, [['a', 0, body]]); // prettier-ignore

    expect(calls).toEqual([['take', 'default', { requests: 1, tokens }, expect.anything()]]);
  });

  it.each([NaN, -1, '7'])('fails the exchange where it is %p', (estimated) => {
    const { sent, errors } = sentBy({ tokens: 5, estimate: () => estimated as number }, [['a', 0]]); // prettier-ignore

    expect(sent).toEqual([]);
    expect(errors).toEqual([['a', 0, expect.any(TypeError)]]);
  });
});

describe('the configuration of limitRate', () => {
  it.each<[string, unknown]>([
    ['limit', {}],
    ['limit', { window: 5 }],
    ['object', undefined],
    ['requests', { requests: 0 }],
    ['tokens', { tokens: 1.5 }],
    ['concurrency', { concurrency: -1 }],
    ['window', { requests: 1, window: 0 }],
    ['maxDelay', { requests: 1, maxDelay: -1 }],
    ['store', { requests: 1, store: { take: () => of(0) } }],
    ['key', { requests: 1, key: 7 }],
    ['estimate', { requests: 1, estimate: 7 }],
    ['notify', { requests: 1, notify: 7 }],
    ['scheduler', { requests: 1, scheduler: {} }],
    ['perMinute', { requests: 1, perMinute: 7 }],
  ])('must have a valid %s: %p', (field, config) => {
    expect(() => limitRate(config as LimitRateConfig)).toThrow(TypeError);
    expect(() => limitRate(config as LimitRateConfig)).toThrow(field);
  });
});
