import { concat, Observable, of, range, map, throwError } from 'rxjs';
import type { LocalModel } from '../../src/local/index.js';
import { chatBody, post, readEvents, useLocalServer } from './local-server.js';

describe('a model', () => {
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

  /** Never ends, but emits no faster than the server can send to a client that reads. */
  const gushing: LocalModel = () =>
    new Observable<string>((subscriber) => {
      let turn = setImmediate(function gush() {
        range(0, 50).subscribe(() => subscriber.next('a'.repeat(1000)));
        // The last piece may have been one too many, which ends the stream.
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
      talkative: watched('one', 'two'),
      silent: watched(),
      gushing,
      flooding: () => range(0, Infinity).pipe(map(() => 'a')),
      long: () => range(0, 5000).pipe(map((number) => `${number}`.padEnd(1000))),
    },
  });
  const chat = (model: string, fields: object = {}): Promise<Response> =>
    post(`${url()}/chat/completions`, chatBody('', { model, ...fields }));
  const failure = (message: string): object => ({
    error: { message, type: 'server_error', param: null, code: null },
  });

  describe.each([true, false])('with stream: %s', (stream) => {
    it.each(['throwing', 'failing', 'rude'])('that fails at once (%s) gets a 500', async (model) => {
      const response = await chat(model, { stream });

      expect(response.status).toBe(500);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual(failure(`The model '${model}' failed: no idea`));
    });

    it('that does not return an Observable gets a 500', async () => {
      const response = await chat('nothing', { stream });

      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ error: { type: 'server_error' } });
    });
  });

  it.each([
    ['fails after some pieces', 'breaking', ['', 'one', ' two'], "The model 'breaking' failed: no idea"],
    ['emits a number', 'numbers', ['', 'one'], "The model 'numbers' failed: a model must emit strings or chat deltas"],
  ])('that %s ends its stream with an error frame and without [DONE]', async (_, model, contents, message) => {
    const response = await chat(model, { stream: true });
    const { objects, last } = await readEvents(response);

    expect(response.status).toBe(200);
    expect(objects.slice(0, -1)).toMatchObject(contents.map((content) => ({ choices: [{ delta: { content } }] })));
    expect(objects.at(-1)).toEqual(failure(message));
    expect(last).not.toBe('[DONE]');
  });

  it('that fails after some pieces gets a 500 without a stream', async () => {
    const response = await chat('breaking');

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual(failure("The model 'breaking' failed: no idea"));
  });

  describe('is stopped when the client disconnects', () => {
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

  it('that floods its reader is stopped, while other requests are answered', async () => {
    const flood = chat('flooding', { stream: true }).then(readEvents);

    expect((await fetch(`${url()}/models`)).status).toBe(200);
    expect((await flood).last).toContain('pieces ahead of the reader');
  });

  it('that never ends is cut without a stream', async () => {
    const answer = (await (await chat('flooding')).json()) as { choices: [{ message: { content: string } }] };

    expect(answer).toMatchObject({ choices: [{ finish_reason: 'length' }] });
    expect(answer.choices[0].message.content).toHaveLength(1_000_000);
  });

  it('with a client that reads late is sent whole and in order, while other requests are answered', async () => {
    const response = await chat('long', { stream: true });

    expect((await fetch(`${url()}/models`)).status).toBe(200);
    const { objects, last } = await readEvents(response);
    const contents = objects.map(({ choices }) => (choices as [{ delta: { content?: string } }])[0].delta.content);
    expect(contents.slice(1, -1).map(Number)).toEqual(Array.from({ length: 5000 }, (_, number) => number));
    expect(last).toBe('[DONE]');
  });

  it('that goes on after max_tokens is stopped', async () => {
    const stop = untilStopped();
    const { objects } = await readEvents(await chat('talkative', { stream: true, max_tokens: 1 }));
    await stop;

    expect(objects.at(-1)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });

  it('with a client that never reads is stopped', async () => {
    const stop = untilStopped();
    const response = await chat('gushing', { stream: true });
    await stop;
    await response.body?.cancel();
  });
});
