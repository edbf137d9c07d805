import { concat, Observable, of, range, map, throwError } from 'rxjs';
import type { LocalModel } from '../../src/local/index.js';
import { chatBody, post, readEvents, useLocalServer } from './local-server.js';

let [started, stopped] = [(): void => undefined, (): void => undefined];
const untilStarted = (): Promise<void> =>
  new Promise((resolve) => {
    started = resolve;
  });
const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    stopped = resolve;
  });
const watched =
  (...pieces: string[]): LocalModel =>
  () =>
    new Observable<string>((subscriber) => {
      started();
      pieces.forEach((piece) => subscriber.next(piece));
      return () => stopped();
    });

/** Emits without end, but no faster than the server sends to a client that reads. */
const gushing: LocalModel = () =>
  new Observable<string>((subscriber) => {
    let turn = setImmediate(function gush() {
      range(0, 50).subscribe(() => subscriber.next('a'.repeat(1000)));
      // The last piece may have been one too many, and nothing may go on after that.
      if (!subscriber.closed) {
        turn = setImmediate(gush);
      }
    });
    return () => {
      clearImmediate(turn);
      stopped();
    };
  });

const url = useLocalServer({
  models: {
    throwing: () => {
      throw new Error('no idea');
    },
    failing: () => throwError(() => new Error('no idea')),
    rude: () => new Observable((subscriber) => subscriber.error('no idea')),
    breaking: () =>
      concat(
        of('one', ' two'),
        throwError(() => new Error('no idea')),
      ),
    numbers: () => of('one', 2) as Observable<string>,
    nothing: () => undefined as unknown as Observable<string>,
    watched: watched('one'),
    silent: watched(),
    gushing,
    flooding: () => range(0, Infinity).pipe(map(() => 'a')),
    long: () => range(0, 5000).pipe(map(() => 'a'.repeat(1000))),
  },
});
const chat = (model: string, fields: object = {}): Promise<Response> =>
  post(`${url()}/chat/completions`, chatBody('', { model, ...fields }));
const failure = (message: string): object => ({
  error: { message, type: 'server_error', param: null, code: null },
});

describe.each([true, false])('with stream: %s', (stream) => {
  it.each(['throwing', 'failing', 'rude'])('a model that fails at once (%s) gives a 500', async (model) => {
    const response = await chat(model, { stream });

    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(failure(`The model '${model}' failed: no idea`));
  });

  it('a model that gives no Observable gives a 500', async () => {
    const response = await chat('nothing', { stream });

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { type: 'server_error' } });
  });
});

it.each([
  ['breaks off', 'breaking', ['', 'one', ' two'], "The model 'breaking' failed: no idea"],
  ['emits no text', 'numbers', ['', 'one'], "The model 'numbers' failed: a model must emit strings or chat deltas"],
])('a model that %s ends its stream with an error frame and without [DONE]', async (_, model, contents, message) => {
  const response = await chat(model, { stream: true });
  const { objects, last } = await readEvents(response);

  expect(response.status).toBe(200);
  expect(objects.slice(0, -1)).toMatchObject(contents.map((content) => ({ choices: [{ delta: { content } }] })));
  expect(objects.at(-1)).toEqual(failure(message));
  expect(last).not.toBe('[DONE]');
});

it('a model that breaks off gives a 500 without a stream', async () => {
  const response = await chat('breaking');

  expect(response.status).toBe(500);
  expect(await response.json()).toEqual(failure("The model 'breaking' failed: no idea"));
});

describe('a client that disconnects stops the model', () => {
  it('in the middle of a stream', async () => {
    const stop = untilStopped();
    const response = await chat('watched', { stream: true });
    await response.body?.cancel();
    await stop;
  });

  it.each([
    ['before the first piece', 'silent', true],
    ['while it waits for a whole answer', 'watched', false],
  ])('%s', async (_, model, stream) => {
    const [start, stop] = [untilStarted(), untilStopped()];
    const abort = new AbortController();
    const answer = fetch(`${url()}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatBody('', { model, stream })),
      signal: abort.signal,
    });
    await start;
    abort.abort();
    await expect(answer).rejects.toThrow('aborted');
    await stop;
  });
});

it('a model that floods its reader is stopped, others are served meanwhile', async () => {
  const flood = chat('flooding', { stream: true }).then(readEvents);

  expect((await fetch(`${url()}/models`)).status).toBe(200);
  expect((await flood).last).toContain('pieces ahead of the reader');
});

it('an endless answer without a stream is cut', async () => {
  const answer = (await (await chat('flooding')).json()) as { choices: [{ message: { content: string } }] };

  expect(answer).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  expect(answer.choices[0].message.content).toHaveLength(1_000_000);
});

it('a client that reads late gets everything, and others are served meanwhile', async () => {
  const response = await chat('long', { stream: true });

  expect((await fetch(`${url()}/models`)).status).toBe(200);
  const { objects, last } = await readEvents(response);
  expect(objects).toHaveLength(5002);
  expect(last).toBe('[DONE]');
});

it('a client that never reads stops the model in the end', async () => {
  const stop = untilStopped();
  const response = await chat('gushing', { stream: true });
  await stop;
  await response.body?.cancel();
});
