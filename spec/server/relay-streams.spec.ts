import {
  concat,
  delay,
  EMPTY,
  finalize,
  from,
  NEVER,
  type Observable,
  of,
  Subject,
  switchMap,
  throwError,
  timer,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { type ChatCompletionChunk, createClient, type ResponseEvent, StreamError } from '../../src/index.js';
import { memoryLog, relay, type AppendResult, type StreamLog } from '../../src/server/index.js';
import { fakeClient, responseEvents } from '../../src/testing/index.js';
import { chatChunk, finishChunk, usageChunk } from '../support/chunks.js';
import { closeServers, startServer } from '../support/loopback.js';
import { chatBody, createBed, eventsIn, readerOf, type RelayBed } from '../support/relay-bed.js';
import { collectReported } from '../support/reported.js';

const reported = collectReported();

const text = (content: string): ChatCompletionChunk => chatChunk({ content });
const frame = (type: string, code: string | null, message: string): string =>
  JSON.stringify({ error: { message, type, code, param: null } });
const stopped = frame('provider', 'stopped', 'The stream was stopped');
const detached = frame('provider', 'detached', 'The stream was stopped, since nobody read it');
const lost = `data: ${frame('server', 'producer_lost', 'The stream was cut off')}`;
const logFull = frame('limit', 'log_full', 'There is no room for more of the stream');
const unavailable = frame('server', 'log_unavailable', 'The streams are not available');

/** An upstream that answers as a spec says, and when it was cancelled. */
function upstream(config: Partial<Parameters<typeof createBed>[0]> = {}, clock?: VirtualTimeScheduler) {
  const chunks = new Subject<ChatCompletionChunk>();
  const seen: { cancelledAt?: number } = {};
  const answer = chunks.pipe(finalize(() => (seen.cancelledAt ??= bed.clock.now())));
  const bed: RelayBed = createBed({ client: fakeClient(answer), ...config }, clock);
  const begin = async (): Promise<Response> => {
    const response = bed.begin();
    await bed.pass(0);
    chunks.next(text('a'));
    return response;
  };
  return { chunks, seen, bed, begin };
}

describe('a stream of a relay', () => {
  it('numbers its events from 1, and ends with [DONE]', async () => {
    const values = [chatChunk({ role: 'assistant' }), text('Hi'), finishChunk()];
    const response = await createBed({ client: fakeClient(from(values)) }).begin();

    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-stream-id': expect.stringMatching(/^[\da-f]{32}$/u) as string,
    });
    expect(eventsIn(await response.text())).toEqual(
      [...values.map((value) => JSON.stringify(value)), '[DONE]'].map((data, place) => `${place + 1} ${data}`),
    );
  });

  it.each<[string, object | null, boolean]>([
    ['asked for', { include_usage: true }, true],
    ['not asked for', null, false],
    ['declined', { include_usage: false }, false],
  ])('has token counts that are %s', async (_name, stream_options, has) => {
    const { usage } = usageChunk(1, 2);
    const chunks = of({ ...text('a'), usage: null }, { ...text('b'), usage }, usageChunk(3, 4));
    const bed = createBed({ client: fakeClient(chunks) });
    const all = await (await bed.begin({ body: { ...chatBody, stream_options } })).text();

    expect(all.includes('"usage":null')).toBe(has);
    expect(all.match(/prompt_tokens/gu) ?? []).toHaveLength(has ? 2 : 0);
  });

  it.each<[string, unknown, string]>([
    [
      'an error of the package',
      new StreamError('No key sk-1', { kind: 'authentication', retryable: false }),
      frame('server', 'upstream_unavailable', "The model's server is not available"),
    ],
    ['any other error', new Error('at /home/ann'), frame('server', null, 'The server failed')],
  ])('ends with %s in our words, without [DONE]', async (_name, error, expected) => {
    const bed = createBed({
      client: fakeClient(
        concat(
          of(text('a')),
          throwError(() => error),
        ),
      ),
    });

    expect(eventsIn(await (await bed.begin()).text())).toEqual([expect.stringMatching(/^1 /u), `2 ${expected}`]);
  });

  it('is the events of a response, with their names, and ends with the last of them', async () => {
    const events = responseEvents('Hello');
    const bed = createBed({ client: fakeClient('Hello') });
    const all = await (await bed.begin({ path: 'responses', body: { model: 'm', input: 'Hi' } })).text();

    expect(all).toContain('event: response.created\nid: 1\n');
    expect(all).toContain(`event: response.completed\nid: ${events.length}\n`);
    expect(eventsIn(all).at(-1)).toBe(`${events.length} ${JSON.stringify(events.at(-1))}`);
  });

  it('says that a response was cut off, and repeats no words of a server about one that failed', async () => {
    const [first] = responseEvents('Hello');
    const response = {
      id: 'resp_1',
      status: 'failed',
      error: { code: 'insufficient_quota', message: 'Org 7 is broke' },
    };
    const failed = { type: 'response.failed', response, sequence_number: 1 } as unknown as ResponseEvent;
    const ask = async (events: readonly unknown[]): Promise<string> => {
      const bed = createBed({ client: fakeClient(from(events as ResponseEvent[])) });
      return (await bed.begin({ path: 'responses', body: { model: 'm', input: 'Hi' } })).text();
    };

    expect(eventsIn(await ask([first]))[1]).toMatch(/^2 \{"type":"error".*"kind":"truncated"\}$/u);
    const events = eventsIn(await ask([first, failed]));
    expect(events).toHaveLength(2);
    expect(events[1]).toContain('"status":"failed"');
    expect(events[1]).toContain('"code":"upstream_unavailable"');
    expect(events[1]).not.toContain('Org 7');
    const { error, ...rest } = response;
    expect(eventsIn(await ask([first, { ...failed, error, response: rest }]))[1]).not.toContain('Org 7');
  });

  it('has no line breaks of the server in a name', async () => {
    const odd = { type: 'response.x\nid: 9', sequence_number: 1 } as unknown as ResponseEvent;
    const bed = createBed({ client: fakeClient(from([odd, ...responseEvents('Hello')])) });
    const all = await (await bed.begin({ path: 'responses', body: { model: 'm', input: 'Hi' } })).text();

    expect(all.startsWith('id: 1\ndata: {')).toBe(true);
  });

  it('has the id that createId gives, and none that does not fit in its address', async () => {
    const ids = ['stream_0123456789', 'short'];
    const bed = createBed({
      client: fakeClient('Hi'),
      limits: { streamsPerUser: 1 },
      createId: () => ids.shift() ?? '',
    });
    const begun = await bed.begin();
    await begun.text();

    expect(begun.headers.get('x-stream-id')).toBe('stream_0123456789');
    expect((await bed.resume(begun)).status).toBe(200);
    expect([(await bed.begin()).status, (await bed.begin()).status]).toEqual([500, 500]);
    expect(reported).toEqual(Array(2).fill(expect.objectContaining({ message: expect.stringContaining('createId') })));
  });

  it('has an id of 128 random bits', async () => {
    const bed = createBed({ client: fakeClient('Hi'), limits: { streamsPerUser: 64 } });
    const ids = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const response = await bed.begin();
        await response.body?.cancel();
        return BigInt(`0x${response.headers.get('x-stream-id')}`);
      }),
    );

    expect(ids.reduce((seen, id) => seen | id)).toBe(2n ** 128n - 1n);
    expect(ids.reduce((seen, id) => seen & id)).toBe(0n);
  });

  // That of a Worker throws where it was taken from its context.
  it('asks nothing upstream where a worker cannot be kept alive', async () => {
    const client = fakeClient(NEVER);
    const bed = createBed({ client, limits: { streamsPerUser: 1 } });
    const mistake = new TypeError('Illegal invocation');
    const waitUntil = (): never => {
      throw mistake;
    };
    const statuses = [(await bed.begin({ waitUntil })).status, (await bed.begin({ waitUntil })).status];

    expect(statuses).toEqual([500, 500]);
    expect(reported).toEqual([mistake, mistake]);
    expect(client.requests).toEqual([]);
  });

  it('keeps a worker alive until the upstream is over', async () => {
    const { bed, chunks } = upstream();
    const over: Promise<unknown>[] = [];
    const context = {
      waitUntil(this: unknown, promise: Promise<unknown>): void {
        expect(this).not.toBeUndefined();
        over.push(promise);
      },
    };
    const begun = bed.begin({ waitUntil: context.waitUntil.bind(context) });
    await bed.pass(0);
    chunks.next(text('a'));
    const { body } = await begun;
    await body?.cancel();
    chunks.complete();

    expect(over).toHaveLength(1);
    await over[0];
  });
});

describe('the beginning of a stream', () => {
  afterEach(closeServers);

  it('is answered with the head of the upstream, before its first chunk', async () => {
    const server = await startServer();
    const client = createClient({ baseURL: server.url, apiKey: 'k' });
    const begun = createBed({ client }).begin();
    const served = await server.next();
    served.head(200, { 'content-type': 'text/event-stream' });
    const response = await begun;

    expect(response.status).toBe(200);
    served.end('data: [DONE]\n\n');
    expect(eventsIn(await response.text())).toEqual(['1 [DONE]']);
  });

  it.each<[string, string, string]>([
    ['a page', 'text/html', '<p>Welcome</p>'],
    ['an error with status 200', 'application/json', '{"error":{"message":"Broken","type":"server_error"}}'],
  ])('is refused if the upstream answers with %s', async (_name, type, body) => {
    const server = await startServer({
      answer: (served) => {
        served.head(200, { 'content-type': type });
        served.end(body);
      },
    });
    const response = await createBed({ client: createClient({ baseURL: server.url, apiKey: 'k' }) }).begin();

    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(response.headers.get('content-type')).toContain('application/json');
  });

  it('cancels the upstream when its reader leaves before the head', async () => {
    const { bed, seen } = upstream();
    const left = new AbortController();
    const begun = bed.begin({ signal: left.signal });
    await bed.pass(0);
    left.abort();
    await begun;

    expect(seen.cancelledAt).toBe(0);
  });

  it.each<[string, StreamLog['append']]>([
    ['is full', () => of<AppendResult>('full')],
    ['fails', () => throwError(() => new Error('ECONNREFUSED 10.0.0.7'))],
    ['throws', () => { throw new Error('ECONNREFUSED 10.0.0.7'); }], // prettier-ignore
  ])('is refused if the log %s, and the upstream is cancelled', async (_name, append) => {
    const { begin, seen } = upstream({ log: { ...memoryLog(), append } });
    const response = await begin();

    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('10.0.0.7');
    expect(seen.cancelledAt).toBe(0);
  });
});

describe('stopping a stream', () => {
  it.each<['here' | 'elsewhere', number]>([
    ['here', 0],
    ['elsewhere', 3000],
  ])('from %s cancels a silent upstream within %d ms, and tells readers now and later', async (place, after) => {
    const { bed, begin, seen } = upstream();
    const response = await begin();
    const other = bed.beside(place);
    const all = response.text();
    await bed.pass(10);

    expect((await other.stop(response, { user: 'bob' })).status).toBe(404);
    expect((await other.stop(response)).status).toBe(204);
    await bed.pass(after);
    expect(seen.cancelledAt).toBe(after === 0 ? 10 : 3000);
    expect(eventsIn(await all)).toEqual([expect.stringMatching(/^1 /u), `2 ${stopped}`]);
    expect(eventsIn(await (await other.resume(response)).text()).at(-1)).toBe(`2 ${stopped}`);
    expect((await other.stop(response)).status).toBe(204);
  });
});

describe('a stream whose readers have left', () => {
  // Deno aborts the signal of a request once its answer is sent.
  it('is whole where the signal of its request is aborted after the end', async () => {
    const done = new AbortController();
    const bed = createBed({ client: fakeClient(of(text('a'), finishChunk())) });
    const response = await bed.begin({ signal: done.signal });
    const all = await response.text();
    done.abort();

    expect(eventsIn(all).at(-1)).toBe('3 [DONE]');
    expect(await (await bed.resume(response)).text()).toBe(all);
  });

  it.each<[number, number, number]>([
    // detach, when the last one leaves, when the upstream is cancelled
    [0, 50, 50],
    [200, 50, 250],
    [30_000, 50, 30_050],
    [30_000, 45_000, 75_000],
  ])('with detach %d is cancelled when it was left at %d: at %d', async (detach, leftAt, cancelledAt) => {
    const { bed, begin, seen } = upstream({ detach });
    const response = await begin();
    const [one, other] = [readerOf(response), readerOf(await bed.beside('here').resume(response))];
    await one.next();
    await bed.pass(leftAt / 2);
    await one.leave();
    await bed.pass(leftAt / 2);
    await other.leave();
    await bed.pass(detach - 1);
    expect(seen.cancelledAt).toBe(detach === 0 ? leftAt : undefined);
    await bed.pass(1);

    expect(seen.cancelledAt).toBe(cancelledAt);
    expect(eventsIn(await (await bed.resume(response)).text()).at(-1)).toBe(`2 ${detached}`);
  });

  it.each([0, 1000, 30_000])('on another node is cancelled soon after a detach of %d', async (detach) => {
    const { bed, begin, seen } = upstream({ detach });
    const response = await begin();
    const reader = readerOf(await bed.beside('elsewhere').resume(response));
    void readAll(reader);
    await bed.pass(1);
    await response.body?.cancel();
    await passSlowly(bed, 50);
    expect(seen.cancelledAt).toBeUndefined();
    await reader.leave();
    await passSlowly(bed, 40);

    expect((seen.cancelledAt ?? 0) - 50_000).toBeGreaterThanOrEqual(detach);
    expect((seen.cancelledAt ?? 0) - 50_000).toBeLessThanOrEqual(detach * 1.1 + 1500);
  });

  it.each([0, 200])(
    'is not cancelled while one on another node passes on what it has read, with detach %d',
    async (detach) => {
      const clock = new VirtualTimeScheduler(VirtualAction, 0);
      const { bed, begin, seen, chunks } = upstream(
        { detach, log: { ...memoryLog({ scheduler: clock }), lease: 9000 } },
        clock,
      );
      const response = await begin();
      const reader = readerOf(await bed.beside('elsewhere').resume(response));
      await reader.next();
      await bed.pass(100);
      await response.body?.cancel();
      await bed.pass(300);
      chunks.next(text('b'));

      expect(eventsIn((await reader.next()) ?? '')).toEqual([expect.stringMatching(/^2 .*"b"/u)]);
      await reader.leave();
      await passSlowly(bed, 3);
      expect(seen.cancelledAt).toBeGreaterThanOrEqual(400 + detach);
      expect(seen.cancelledAt).toBeLessThanOrEqual(2000);
    },
  );

  it('keeps the end that came before it could be cancelled', async () => {
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const appended = new Subject<never>();
    let appends = 0;
    const slow: StreamLog = {
      ...log,
      append: (...values) => {
        const result = from(log.append(...values));
        return ++appends === 3 ? concat(appended, result) : result;
      },
    };
    const { bed, begin, chunks } = upstream({ detach: 10, log: slow }, clock);
    const response = await begin();
    await response.body?.cancel();
    await bed.pass(5);
    chunks.next(text('b'));
    await bed.pass(2000);
    chunks.complete();
    appended.complete();

    expect(eventsIn(await (await bed.resume(response, '2')).text())).toEqual(['3 [DONE]']);
  });

  it('is cancelled at once if its reader has left before the log had it', async () => {
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const append: StreamLog['append'] = (...values) => timer(5, clock).pipe(switchMap(() => log.append(...values)));
    const { bed, seen, chunks } = upstream({ log: { ...log, append } }, clock);
    const left = new AbortController();
    const response = bed.begin({ signal: left.signal });
    await bed.pass(1);
    chunks.next(text('a'));
    left.abort();
    await bed.pass(15);
    await response;

    expect(seen.cancelledAt).toBeLessThanOrEqual(15);
  });

  it('does not count one that left before it had what it asked for', async () => {
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const read: StreamLog['read'] = (...values) => timer(5, clock).pipe(switchMap(() => log.read(...values)));
    const { bed, begin, seen } = upstream({ detach: 1000, log: { ...log, read } }, clock);
    const response = await begin();
    const left = new AbortController();
    const resumed = bed.resume(response, undefined, { signal: left.signal });
    await bed.pass(1);
    left.abort();
    await bed.pass(5);
    await resumed;
    await response.body?.cancel();
    await passSlowly(bed, 2);

    expect(seen.cancelledAt).toBe(1006);
  });

  it.each(['here', 'elsewhere'] as const)('counts one that takes nothing %s, until it is ended', async (place) => {
    const { bed, begin, seen, chunks } = upstream({ detach: 2000 });
    const response = await begin();
    const slow = readerOf(await bed.beside(place).resume(response));
    await slow.next();
    await response.body?.cancel();
    for (let passed = 0; passed < 59_000; passed += 1000) {
      await bed.pass(1000);
      chunks.next(text('b'));
    }
    await bed.pass(0);
    expect(seen.cancelledAt).toBeUndefined();
    await bed.pass(1000);
    await expect(slow.next()).rejects.toThrow('took nothing');
    await bed.pass(3000);

    expect(seen.cancelledAt).toBeGreaterThanOrEqual(62_000);
  });

  // Servers like that of Next.js neither read nor cancel the body of an answer whose client has left before.
  it.each(['begins', 'resumes'] as const)('does not count one that left while it %s it', async (way) => {
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const { bed, seen, chunks } = upstream(
      {
        log: {
          append: (...values) => from(log.append(...values)).pipe(delay(way === 'begins' ? 100 : 0, clock)),
          read: (...values) => from(log.read(...values)).pipe(delay(100, clock)),
          stop: (...values) => log.stop(...values),
        },
        detach: 2000,
      },
      clock,
    );
    const left = new AbortController();
    const first = bed.begin(way === 'begins' ? { signal: left.signal } : {});
    await bed.pass(0);
    chunks.next(text('a'));
    await bed.pass(1);
    const asked = way === 'begins' ? first : bed.resume(await first, undefined, { signal: left.signal });
    await bed.pass(50);
    left.abort();
    await bed.pass(50);
    expect((await asked).status).toBe(way === 'begins' ? 499 : 200);
    await (way === 'begins' ? undefined : (await first).body?.cancel());
    // The log takes 100 to say that nobody reads.
    await bed.pass(2100);

    expect(seen.cancelledAt).toBeLessThanOrEqual(2201);
  });
});

describe('a reader in the process of the writer', () => {
  it('gets what was written while it read the log', async () => {
    const clock = new VirtualTimeScheduler(VirtualAction, 0);
    const log = memoryLog({ scheduler: clock });
    const read: StreamLog['read'] = (...values) => from(log.read(...values)).pipe(delay(100, clock));
    const { bed, begin, chunks } = upstream({ log: { ...log, read } }, clock);
    const reader = readerOf(await begin());
    const pieces = [reader.next()];
    await bed.pass(100);
    expect(eventsIn((await pieces[0]) ?? '')).toEqual([expect.stringMatching(/^1 .*"a"/u)]);
    pieces.push(reader.next());
    await bed.pass(50);
    chunks.next(text('b'));
    await bed.pass(150);
    expect(eventsIn((await pieces[1]) ?? '')).toEqual([expect.stringMatching(/^2 .*"b"/u)]);
    pieces.push(reader.next());
    await bed.pass(200);
    chunks.next(text('c'));
    chunks.complete();

    expect(eventsIn((await pieces[2]) ?? '')).toEqual([expect.stringMatching(/^3 .*"c"/u)]);
    const end = reader.next();
    await bed.pass(200);
    expect(eventsIn((await end) ?? '')).toEqual(['4 [DONE]']);
  });

  it('asks the log for nothing that the writer brings', async () => {
    const log = memoryLog();
    let reads = 0;
    const read: StreamLog['read'] = (...values) => {
      reads += 1;
      return log.read(...values);
    };
    const { bed, begin, chunks } = upstream({ log: { ...log, read } });
    const reader = readerOf(await begin());
    await reader.next();
    for (let number = 2; number <= 9; number += 1) {
      const piece = reader.next();
      chunks.next(text('b'));
      await bed.pass(1);
      expect(eventsIn((await piece) ?? '')).toEqual([expect.stringMatching(new RegExp(`^${number} `, 'u'))]);
    }

    expect(reads).toBeLessThan(3);
  });
});

describe('resuming a stream', () => {
  it.each<[string | undefined, number, readonly string[]]>([
    [undefined, 200, ['1 a', '2 b']],
    ['', 200, ['1 a', '2 b']],
    ['0', 200, ['1 a', '2 b']],
    ['1', 200, ['2 b']],
    ['2', 200, []],
    ['3', 400, []],
    ['99999999999999999999', 400, []],
    ['-1', 400, []],
    ['1.5', 400, []],
    ['x', 400, []],
  ])('after %p is %d while it is open', async (after, status, expected) => {
    const { bed, begin, chunks } = upstream();
    const begun = await begin();
    chunks.next(text('b'));
    await bed.pass(0);
    for (const place of ['here', 'elsewhere'] as const) {
      const response = await bed.beside(place).resume(begun, after);
      const seen = response.status === 200 ? await untilSilence(response, bed) : [];

      expect(response.status).toBe(status);
      expect(seen.map((event) => event.replace(/\{.*"content":"(.*?)".*/u, '$1'))).toEqual(expected);
    }
  });

  it.each<[string | undefined, number]>([
    [undefined, 200],
    ['1', 200],
    ['2', 204],
    ['7', 204],
    ['x', 400],
  ])('after %p is %d once it has ended', async (after, status) => {
    const bed = createBed({ client: fakeClient(of(text('a'))) });
    const begun = await bed.begin();
    await begun.text();

    expect((await bed.resume(begun, after)).status).toBe(status);
  });

  it('is 404 for a stream that is unknown, expired or another user’s', async () => {
    const bed = createBed({ client: fakeClient(of(text('a'))) });
    const begun = await bed.begin();
    await begun.text();
    const unknown = new Response(null, { headers: { 'x-stream-id': 'x'.repeat(32) } });

    expect((await bed.resume(begun, undefined, { user: 'bob' })).status).toBe(404);
    expect((await bed.resume(unknown)).status).toBe(404);
    await bed.pass(600_000);
    expect((await bed.resume(begun)).status).toBe(404);
  });
});

describe('a silent stream', () => {
  it('waits no longer than a timer can, whatever its heartbeat', async () => {
    const waits: number[] = [];
    const log: StreamLog = {
      ...memoryLog(),
      read: (_id, _owner, _after, wait) => {
        waits.push(wait);
        return wait === 0 ? of({ entries: [], state: 'open' as const }) : NEVER;
      },
    };
    const { bed, begin } = upstream({ heartbeat: 2 ** 40 });
    const response = await begin();
    const far = createBed({ client: fakeClient(NEVER), heartbeat: 2 ** 40, log }, bed.clock);
    const reader = readerOf(await far.resume(response));
    void reader.next();
    await reader.leave();

    expect(waits).toEqual([0, 2 ** 31 - 1]);
  });

  it('has a comment after each heartbeat', async () => {
    const { bed, begin } = upstream({ heartbeat: 15_000 });
    const reader = readerOf(await begin());
    await reader.next();
    const comments = [reader.next(), reader.next()];
    await bed.pass(15_000);
    expect(await comments[0]).toBe(':\n\n');
    await bed.pass(15_000);

    expect(await comments[1]).toBe(':\n\n');
    await reader.leave();
  });
});

describe('the log of a relay that names none', () => {
  it('keeps its streams by the clock of the relay', async () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction, 0);
    const handle = relay({ client: fakeClient('Hi'), authorize: 'anyone', models: ['m'], scheduler });
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ ...chatBody, stream: true });
    const begun = await handle(new Request('http://localhost/chat/completions', { method: 'POST', headers, body }));
    await begun.text();
    const statusAt = async (time: number): Promise<number> => {
      scheduler.frame = time;
      return (await handle(new Request(`http://localhost/streams/${begun.headers.get('x-stream-id')}`))).status;
    };

    expect([await statusAt(599_999), await statusAt(600_000)]).toEqual([200, 404]);
  });
});

describe('a log that goes wrong', () => {
  /** A log in memory whose appends after the first ones answer as a spec says. */
  function faulty(
    append: (real: () => Observable<AppendResult>, place: number) => Observable<AppendResult>,
  ): StreamLog {
    const log = memoryLog();
    let appends = 0;
    return {
      ...log,
      append: (...values) => append(() => log.append(...values) as Observable<AppendResult>, ++appends),
    };
  }
  const broken = throwError(() => new Error('ECONNREFUSED 10.0.0.7'));

  it.each<[string, StreamLog, readonly string[], boolean?]>([
    ['is full', memoryLog({ bytes: 50 }), [`1 ${logFull}`]],
    ['fails once', faulty((real, place) => (place === 2 ? broken : real())), ['1 a', `2 ${unavailable}`]],
    ['fails', faulty((real, place) => (place >= 2 ? broken : real())), [lost]],
    ['has lost the stream', faulty((real, place) => (place === 2 ? of('lost') : real())), [lost]],
    ['answers nothing', faulty((real, place) => (place === 2 ? EMPTY : real())), ['1 a', `2 ${unavailable}`]],
    ['gives nothing to read', { ...memoryLog(), read: () => EMPTY }, [`data: ${unavailable}`], true],
    ['cannot be read', { ...memoryLog(), read: () => broken }, [`data: ${unavailable}`], true],
    ['has no such stream any more', { ...memoryLog(), read: () => of(undefined) }, [lost], true],
    ['has a dead writer', { ...memoryLog(), read: () => of({ entries: [], state: 'lost' as const }) }, [lost], true],
  ])('ends the stream with an error if it %s', async (_name, log, expected, isWritten = false) => {
    const { begin, seen } = upstream({ log });
    const all = await (await begin()).text();

    expect(eventsIn(all).map((event) => event.replace(/\{.*"content":"(.*?)".*/u, '$1'))).toEqual(expected);
    // While a log cannot be read, others may still read it.
    expect(seen.cancelledAt).toBe(isWritten ? undefined : 0);
  });

  it('has told later readers, too, that a stream is lost, though it has no lease', async () => {
    const { bed, begin, seen } = upstream({ log: faulty((real, place) => (place >= 3 ? broken : real())) });
    const response = await begin();
    await bed.pass(10);
    await bed.pass(3000);
    expect(seen.cancelledAt).toBeDefined();
    expect(eventsIn(await response.text()).at(-1)).toBe(lost);

    expect(eventsIn(await (await bed.resume(response)).text())).toEqual([expect.stringMatching(/^1 /u), lost]);
    expect(eventsIn(await (await bed.resume(response, '1')).text())).toEqual([lost]);
  });

  it('has the end that came while an append failed', async () => {
    const failed = new Subject<never>();
    const { bed, begin, chunks } = upstream({
      log: faulty((real, place) => (place === 3 ? failed : real())),
    });
    const response = await begin();
    await bed.pass(10);
    chunks.next(text('b'));
    chunks.complete();
    failed.error(new Error('ECONNRESET'));

    expect(eventsIn(await response.text()).slice(1)).toEqual([expect.stringMatching(/^2 .*"b"/u), '3 [DONE]']);
  });

  it('says that it is full also where a long event is the last', async () => {
    const events = new Subject<ResponseEvent>();
    const bed = createBed({ client: fakeClient(events), log: memoryLog({ bytes: 1000 }) });
    const begun = bed.begin({ path: 'responses', body: { model: 'm', input: 'Hi' } });
    await bed.pass(0);
    const [created, ...others] = responseEvents('x'.repeat(3000));
    events.next(created!);
    const response = await begun;
    const all = response.text();
    events.next(others.at(-1)!);
    events.complete();
    await bed.pass(0);

    expect(eventsIn(await all).at(-1)).toMatch(/^2 .*"log_full"/u);
  });

  it('keeps no more than a stream may have while an append takes its time', async () => {
    let appends = 0;
    const { bed, begin, seen, chunks } = upstream({
      log: faulty((real, place) => {
        appends += 1;
        return place < 3 ? real() : NEVER;
      }),
    });
    await begin();
    await bed.pass(0);
    for (let sent = 0; sent < 18; sent += 1) {
      chunks.next(text('x'.repeat(2 ** 20)));
    }

    expect(appends).toBe(3);
    expect(seen.cancelledAt).toBe(0);
  });

  it('writes in one append what came during another', async () => {
    const appended = new Subject<AppendResult>();
    const sizes: number[] = [];
    const log = memoryLog();
    const { bed, begin, chunks } = upstream({
      log: {
        ...log,
        append: (id, owner, entries, options) => {
          sizes.push(entries.length);
          return concat(log.append(id, owner, entries, options) as Observable<AppendResult>, EMPTY).pipe((result) =>
            sizes.length === 2 ? concat(appended, result) : result,
          );
        },
      },
    });
    const response = await begin();
    await bed.pass(0);
    for (let sent = 0; sent < 5; sent += 1) {
      chunks.next(text('b'));
      await bed.pass(0);
    }
    chunks.complete();
    appended.complete();

    expect(await response.text()).toContain('id: 7\ndata: [DONE]');
    expect(sizes).toEqual([0, 1, 6]);
  });
});

async function readAll(reader: ReturnType<typeof readerOf>): Promise<void> {
  for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
    expect(piece).not.toBe('');
  }
}

/** Lets seconds pass one by one, so that readers follow. */
async function passSlowly(bed: RelayBed, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    await bed.pass(1000);
  }
}

async function untilSilence(response: Response, bed: RelayBed): Promise<readonly string[]> {
  const reader = readerOf(response);
  const seen: string[] = [];
  for (let next = reader.next(); ; next = reader.next()) {
    await bed.pass(15_000);
    const piece = (await next) ?? '';
    if (piece.startsWith(':')) {
      await reader.leave();
      return seen;
    }
    seen.push(...eventsIn(piece));
  }
}
