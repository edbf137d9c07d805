import { concat, EMPTY, NEVER, Observable, of, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { ApiError, ConnectionError, LimitError, OutputError, RateLimitError, StreamError } from '../../src/index.js';
import { toEventStream, type EventStreamConfig, type EventStreamValue } from '../../src/server/index.js';
import { chatChunk, finishChunk } from '../support/chunks.js';
import { collectReported } from '../support/reported.js';

const reported = collectReported();

const hello = chatChunk({ content: 'Hello' });
const created = { type: 'response.created', sequence_number: 0, response: { id: 'r' } } as unknown as EventStreamValue;

function textOf(source: Observable<EventStreamValue>): Promise<string> {
  return toEventStream(source).text();
}

describe('toEventStream', () => {
  it('answers with the headers of an event stream that nothing between changes or keeps', () => {
    const { status, headers } = toEventStream(EMPTY);

    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  it('sends chunks, then [DONE]', async () => {
    const end = finishChunk();

    expect(await textOf(of(hello, end))).toBe(
      `data: ${JSON.stringify(hello)}\n\ndata: ${JSON.stringify(end)}\n\ndata: [DONE]\n\n`,
    );
  });

  it('sends the events of a response under their names, and nothing after them', async () => {
    expect(await textOf(of(created))).toBe(`event: response.created\ndata: ${JSON.stringify(created)}\n\n`);
  });

  it('sends server-sent events as they are', async () => {
    const events = of({ event: 'message', id: '4', data: 'a\nb' }, { event: 'end', id: '', data: '[DONE]' });

    expect(await textOf(events)).toBe('id: 4\ndata: a\ndata: b\n\nevent: end\ndata: [DONE]\n\n');
  });

  it('tells the operator what the reader is not told', async () => {
    const failure = new Error('The database at 10.0.0.7 is down');
    expect(await textOf(throwError(() => failure))).toContain('The server failed');
    await textOf(throwError(() => new RateLimitError('429 Slow down', { status: 429, retryable: true })));

    expect(reported).toEqual([failure]);
  });

  it('tells the operator that text is not what it sends, and not the text', async () => {
    expect(await textOf(of('Hello') as Observable<never>)).toContain('The server failed');

    const made = 'chunks, events of a response or server-sent events, not of text';
    expect(reported).toEqual([new TypeError(`An event stream is made of ${made}`)]);
  });

  it('subscribes when the body is first read, and unsubscribes when it is cancelled', async () => {
    let subscriptions = 0;
    const source = new Observable<EventStreamValue>((subscriber) => {
      subscriptions += 1;
      subscriber.next(hello);
      return () => (subscriptions -= 1);
    });
    const reader = toEventStream(source).body!.getReader();
    await new Promise((resolve) => setImmediate(resolve));
    expect(subscriptions).toBe(0);

    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe(`data: ${JSON.stringify(hello)}\n\n`);
    expect(subscriptions).toBe(1);

    await reader.cancel();
    expect(subscriptions).toBe(0);
  });

  it('never subscribes if the body is cancelled before', async () => {
    const source = new Subject<EventStreamValue>();
    await toEventStream(source).body!.cancel();

    expect(source.observed).toBe(false);
  });

  it('serves reads that wait side by side', async () => {
    const source = new Subject<EventStreamValue>();
    const reader = toEventStream(source).body!.getReader();
    await new Promise((resolve) => setImmediate(resolve));
    const reads = [reader.read(), reader.read(), reader.read()];
    source.next(hello);
    source.next(hello);
    source.complete();

    const texts = (await Promise.all(reads)).map(({ value }) => new TextDecoder().decode(value));
    expect(texts.join('')).toBe(`data: ${JSON.stringify(hello)}\n\n`.repeat(2) + 'data: [DONE]\n\n');
  });

  it('sends a comment after 15 seconds of silence', async () => {
    const scheduler = new VirtualTimeScheduler(undefined, 14_999);
    const reader = toEventStream(NEVER, { scheduler }).body!.getReader();
    const read = reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    scheduler.flush();
    let text = '';
    void read.then(({ value }) => (text = new TextDecoder().decode(value)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(text).toBe('');

    scheduler.maxFrames = 15_000;
    scheduler.flush();
    await read;
    expect(text).toBe(':\n\n');
  });

  it.each<[string, unknown, object]>([
    [
      'a refused request in the words of the server',
      new ApiError('400 Too long', {
        kind: 'invalid_request',
        status: 400,
        code: 'too_long',
        param: 'messages',
        retryable: false,
      }),
      { message: 'Too long', type: 'invalid_request', code: 'too_long', param: 'messages' },
    ],
    [
      'a key that is not accepted as a server that is not available',
      new ApiError('401 Bad key sk-1', { kind: 'authentication', status: 401, code: 'bad_key', retryable: false }),
      { message: "The model's server is not available", type: 'server', code: 'upstream_unavailable', param: null },
    ],
    [
      'a used-up quota as a server that is not available',
      new StreamError('org-1 has no money', { kind: 'quota', retryable: false }),
      { message: "The model's server is not available", type: 'server', code: 'upstream_unavailable', param: null },
    ],
    [
      'a broken connection without its address',
      new ConnectionError('connect ECONNREFUSED 10.0.0.1'),
      { message: "The model's server is not available", type: 'connection', code: 'upstream_unavailable', param: null },
    ],
    [
      'a rate limit without the account',
      new RateLimitError('429 org-1 is over its limit', { status: 429, retryable: true }),
      { message: "The model's server gets too many requests", type: 'rate_limit', code: null, param: null },
    ],
    [
      'a failed server without its words',
      new ApiError('500 at db-7', { kind: 'server', status: 500, code: 'db', retryable: true }),
      { message: "The model's server failed", type: 'server', code: null, param: null },
    ],
    [
      'an exceeded limit',
      new LimitError('eventBytes', 10),
      { message: new LimitError('eventBytes', 10).message, type: 'limit', code: null, param: null },
    ],
    [
      'an answer that did not pass moderation',
      new OutputError('Not allowed', { code: 'moderation' }),
      { message: 'Not allowed', type: 'output', code: 'moderation', param: null },
    ],
    [
      'an error of the program as one of ours',
      new Error('ENOENT /etc/secret'),
      { message: 'The server failed', type: 'server', code: null, param: null },
    ],
  ])('tells the caller of %s', async (_, error, told) => {
    const text = await textOf(
      concat(
        of(hello),
        throwError(() => error),
      ),
    );

    expect(text).toBe(`data: ${JSON.stringify(hello)}\n\ndata: ${JSON.stringify({ error: told })}\n\n`);
  });

  it('sends an error of a response as an event of its own', async () => {
    const error = new StreamError('Over', { kind: 'truncated', retryable: true });
    const text = await textOf(
      concat(
        of(created),
        throwError(() => error),
      ),
    );
    const frame = { type: 'error', code: null, message: 'Over', param: null, kind: 'truncated' };

    expect(text.split('\n\n')[1]).toBe(`event: error\ndata: ${JSON.stringify(frame)}`);
  });

  it.each(['\n', '\r', '\0'])('leaves out a name of the model’s server with %j in it, and goes on', async (end) => {
    const odd = { type: `response.x${end}id: 9` } as unknown as EventStreamValue;

    expect(await textOf(of(odd, created))).toBe(
      `data: ${JSON.stringify(odd)}\n\nevent: response.created\ndata: ${JSON.stringify(created)}\n\n`,
    );
  });

  it('sends no field that an event forged with a line break', async () => {
    const text = await textOf(of({ event: 'a\nid: 7', data: 'x' }));

    expect(text).toContain('"The server failed"');
    expect(text).not.toContain('id: 7');
  });

  it.each<[string, unknown]>([
    ['heartbeat', { heartbeat: 0 }],
    ['heartbeat', { heartbeat: Infinity }],
    ['scheduler', { scheduler: 1 }],
    ['interval', { interval: 1 }],
  ])('refuses a configuration with a wrong %s', (field, config) => {
    expect(() => toEventStream(EMPTY, config as EventStreamConfig)).toThrow(TypeError);
    expect(() => toEventStream(EMPTY, config as EventStreamConfig)).toThrow(field);
  });
});
