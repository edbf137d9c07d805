import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { concat, map, NEVER, Observable, of, range, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { startLocalServer, type LocalModel, type LocalServer } from '../../src/local/index.js';
import { createQueue } from '../support/queue.js';
import { post, useLocalServer, type Fields } from './local-server.js';
import { ask, readResponseEvents, textOf } from './response-stream.js';

describe('a response in the background', () => {
  const started = createQueue<Subject<string>>();
  const stopped = createQueue<string>();
  /** Emits what a test tells it to. */
  const led: LocalModel = ({ prompt }) =>
    new Observable((subscriber) => {
      const pieces = new Subject<string>();
      started.put(pieces);
      const subscription = pieces.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        stopped.put(prompt);
      };
    });
  const models = {
    led,
    failing: () => throwError(() => ({ status: 503, message: 'gone', code: 'overloaded' })),
    endless: () => concat(of('one'), NEVER),
    flooding: () => range(0, Infinity).pipe(map(() => 'a')),
    huge: () => range(0, Infinity).pipe(map(() => 'a'.repeat(1_000_000))),
  };
  const url = useLocalServer({ models });
  const begin = (fields: Fields = {}): Promise<Response> => ask(url(), 'led', { background: true, ...fields });
  const get = (id: unknown, query = ''): Promise<Response> => fetch(`${url()}/responses/${String(id)}${query}`);
  const json = async (response: Promise<Response>): Promise<Fields> => (await (await response).json()) as Fields;
  const cancel = (id: unknown): Promise<Response> => post(`${url()}/responses/${String(id)}/cancel`, '');
  const remove = (id: unknown): Promise<Response> => fetch(`${url()}/responses/${String(id)}`, { method: 'DELETE' });
  const numbers = (events: readonly Fields[]): unknown[] => events.map(({ sequence_number }) => sequence_number);

  /** Reads the frames of a stream one by one. */
  function reader({ body }: Response): { next: () => Promise<Fields>; leave: () => Promise<void> } {
    const chunks = body!.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    return {
      async next() {
        while (!received.includes('\n\n')) {
          received += (await chunks.read()).value ?? '';
        }
        const [frame = '', ...rest] = received.split('\n\n');
        received = rest.join('\n\n');
        return JSON.parse(frame.split('\ndata: ')[1]!) as Fields;
      },
      leave: () => chunks.cancel(),
    };
  }

  /** Begins a stream and reads its first three events. */
  async function beginStream(fields: Fields = {}) {
    const reading = reader(await begin({ stream: true, ...fields }));
    const pieces = await started.take();
    const events = [await reading.next(), await reading.next(), await reading.next()];
    return { ...reading, pieces, events, id: (events[0]!['response'] as Fields)['id'] };
  }

  it('is queued first, and can be polled until it is completed', async () => {
    const first = await json(begin());
    const pieces = await started.take();
    const polled = await json(get(first['id']));
    pieces.next('Hi');
    pieces.complete();
    const last = await json(get(first['id']));

    expect(first).toMatchObject({ object: 'response', status: 'queued', background: true, output: [], usage: null });
    expect(polled).toEqual({ ...first, status: 'in_progress' });
    expect(last).toMatchObject({ id: first['id'], status: 'completed', output: [{ content: [{ text: 'Hi' }] }] });
    await stopped.take();
  });

  it('streams its first events before its model says anything', async () => {
    const { events, leave, pieces } = await beginStream();
    pieces.complete();
    await leave();
    await stopped.take();

    expect(events).toMatchObject([
      { type: 'response.created', sequence_number: 0, response: { status: 'queued', background: true } },
      { type: 'response.queued', sequence_number: 1, response: { status: 'queued' } },
      { type: 'response.in_progress', sequence_number: 2, response: { status: 'in_progress' } },
    ]);
  });

  it('goes on when its reader leaves, and can be read again from any event', async () => {
    const { next, leave, pieces, id } = await beginStream();
    pieces.next('one');
    await next();
    await next();
    const seen = await next();
    await leave();
    pieces.next(' two');
    const resumed = await get(id, `?stream=true&starting_after=${String(seen['sequence_number'])}`);
    pieces.next(' three');
    pieces.complete();
    const events = await readResponseEvents(resumed);
    const whole = await readResponseEvents(await get(id, '?stream=true'));
    await stopped.take();

    expect(seen).toMatchObject({ type: 'response.output_text.delta', sequence_number: 5, delta: 'one' });
    expect(numbers(events)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(textOf(events)).toBe(' two three');
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { id, status: 'completed' } });
    expect(numbers(whole)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(whole.slice(6)).toEqual(events);
    expect(numbers(await readResponseEvents(await get(id, '?stream=true&starting_after=0')))).toEqual(
      numbers(whole).slice(1),
    );
  });

  it('has several readers', async () => {
    const { id, pieces, leave } = await beginStream();
    const readers = [await get(id, '?stream=true'), await get(id, '?stream=true&starting_after=2')];
    pieces.next('Hi');
    pieces.complete();
    const [all, some] = await Promise.all(readers.map(readResponseEvents));
    await leave();
    await stopped.take();

    expect(textOf(all!)).toBe('Hi');
    expect(some).toEqual(all!.slice(3));
  });

  it('sends the head of a stream at once, and nothing after the last event', async () => {
    const { id, pieces, leave } = await beginStream();
    const waiting = await get(id, '?stream=true&starting_after=2');
    pieces.complete();
    const events = await readResponseEvents(waiting);
    const beyond = await get(id, '?stream=true&starting_after=3');
    await leave();
    await stopped.take();

    expect(events).toMatchObject([{ type: 'response.completed', sequence_number: 3 }]);
    expect(beyond.headers.get('content-type')).toContain('text/event-stream');
    expect(await beyond.text()).toBe('');
  });

  it('is cancelled, which stops its model and ends its streams', async () => {
    const { id, next, pieces, leave } = await beginStream({ input: 'cancel me' });
    const cancelled = await json(cancel(id));

    expect(cancelled).toMatchObject({ id, object: 'response', status: 'cancelled' });
    expect(await stopped.take()).toBe('cancel me');
    expect(await next()).toMatchObject({ type: 'response.cancelled', response: { id, status: 'cancelled' } });
    expect(pieces.observed).toBe(false);
    expect(await json(get(id))).toEqual(cancelled);
    expect(await json(cancel(id))).toEqual(cancelled);
    await leave();
  });

  it('stays as it is when it is cancelled too late', async () => {
    const { id } = await json(begin());
    (await started.take()).complete();
    await stopped.take();

    expect(await json(cancel(id))).toMatchObject({ status: 'completed' });
  });

  it('is deleted, which stops its model and ends its streams', async () => {
    const { id, leave } = await beginStream({ input: 'delete me' });
    const reading = await get(id, '?stream=true&starting_after=2');

    expect(await json(remove(id))).toEqual({ id, object: 'response.deleted', deleted: true });
    expect(await stopped.take()).toBe('delete me');
    expect(await reading.text()).toBe('');
    expect((await get(id)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    await leave();
  });

  it('of a model that fails has failed, whether it is streamed or polled', async () => {
    const error = { code: 'overloaded', message: 'gone' };
    const events = await readResponseEvents(await ask(url(), 'failing', { background: true, stream: true }));
    const { id } = await json(ask(url(), 'failing', { background: true }));

    expect(events.slice(3)).toMatchObject([
      { type: 'error', error: { ...error, type: 'server_error', param: null } },
      { type: 'response.failed', response: { status: 'failed', error } },
    ]);
    expect(await json(get(id))).toMatchObject({ status: 'failed', error });
  });

  it('has the pace of a stream, whether anybody reads it or not', async () => {
    const scheduler = new VirtualTimeScheduler();
    const paced = await startLocalServer({ tokensPerSecond: 10, scheduler });
    const { id } = await json(ask(paced.url, 'echo', { background: true, input: 'one two three' }));
    const statusAt = async (time: number): Promise<unknown> => {
      scheduler.maxFrames = time;
      scheduler.flush();
      return (await json(fetch(`${paced.url}/responses/${String(id)}`)))['status'];
    };

    expect(await statusAt(299)).toBe('in_progress');
    expect(await statusAt(300)).toBe('completed');
    await paced.close();
  });

  it('ends when the server closes', async () => {
    const closing: LocalServer = await startLocalServer({ models });
    await ask(closing.url, 'led', { background: true, input: 'close me' });
    await started.take();
    await closing.close();

    expect(await stopped.take()).toBe('close me');
  });

  describe.each([
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/cancel'],
  ])('that is not there, at %s %s,', (method, end) => {
    it('is a 404', async () => {
      const response = await fetch(`${url()}/responses/resp_0${end}`, { method });

      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        error: {
          message: "There is no response with the id 'resp_0' here.",
          type: 'invalid_request_error',
          param: 'id',
          code: null,
        },
      });
    });
  });

  it.each([
    ['stream=yes', 'stream'],
    ['stream=true&starting_after=x', 'starting_after'],
    ['stream=true&starting_after=-1', 'starting_after'],
  ])('with ?%s is a 400 that names the parameter', async (query, param) => {
    const events = await readResponseEvents(await ask(url(), 'echo', { background: true, stream: true }));
    const response = await get((events[0]!['response'] as Fields)['id'], `?${query}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, code: 'invalid_value' } });
  });

  describe('unlike one in the foreground', () => {
    it('can be streamed again and cancelled', async () => {
      const { id } = await json(ask(url(), 'echo'));

      expect(await json(get(id))).toMatchObject({ id, status: 'completed', background: false });
      expect((await get(id, '?stream=true')).status).toBe(400);
      const response = await cancel(id);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param: 'id' } });
    });

    it('survives its connection', async () => {
      const asked = ask(url(), 'led', { stream: true, input: 'leave me' });
      (await started.take()).next('one');
      const { next, leave } = reader(await asked);
      const { id } = (await next())['response'] as Fields;
      await leave();

      expect(await stopped.take()).toBe('leave me');
      expect((await get(id)).status).toBe(404);
    });
  });

  it('is not kept with store: false, unless it is in the background', async () => {
    const [kept, other] = await Promise.all([
      json(ask(url(), 'echo', { store: false, background: true })),
      json(ask(url(), 'echo', { store: false })),
    ]);

    expect((await get(kept['id'])).status).toBe(200);
    expect((await get(other['id'])).status).toBe(404);
  });

  it('of a model that never ends is cut', async () => {
    let response = await json(ask(url(), 'flooding', { background: true }));
    while (response['completed_at'] === null && response['incomplete_details'] === null) {
      response = await json(get(response['id']));
    }

    expect(response).toMatchObject({ status: 'incomplete', usage: { output_tokens: 100_000 } });
  });

  it('is dropped when it takes too much memory', async () => {
    const { id } = await json(ask(url(), 'huge', { background: true }));
    let status = 200;
    while (status === 200) {
      ({ status } = await get(id));
    }

    expect(status).toBe(404);
  });

  it('is dropped when a thousand others came after it', async () => {
    const { id } = await json(ask(url(), 'endless', { background: true, stream: false }));
    const body = JSON.stringify({ model: 'echo', input: 'Hello' });
    const head = `POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n`;
    /** Sends requests on one connection, which is much faster than by fetch. */
    const askTimes = async (count: number): Promise<number> => {
      const socket = connect(Number(new URL(url()).port), '127.0.0.1');
      socket.write(`${head}\r\n${body}`.repeat(count - 1) + `${head}connection: close\r\n\r\n${body}`);
      return (await text(socket)).split('HTTP/1.1 200 OK').length - 1;
    };

    expect(await askTimes(999)).toBe(999);
    expect((await get(id)).status).toBe(200);
    expect(await askTimes(1)).toBe(1);
    expect((await get(id)).status).toBe(404);
  });
});
