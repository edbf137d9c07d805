import { concat, map, Observable, of, range, throwError } from 'rxjs';
import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';

describe('the request field', () => {
  let subscriptions = 0;
  const url = useLocalServer({
    models: {
      numbered: () =>
        new Observable<string>((subscriber) => {
          subscriptions += 1;
          of('answer ', String(subscriptions)).subscribe(subscriber);
        }),
      flooding: () => range(0, Infinity).pipe(map(() => 'a')),
      breaking: () =>
        concat(
          of('one'),
          throwError(() => new Error('no idea')),
        ),
    },
  });
  const chat = (fields: Fields): Promise<Response> =>
    post(`${url()}/chat/completions`, chatBody('one two three', fields));
  const complete = (fields: Fields): Promise<Response> =>
    post(`${url()}/completions`, { model: 'echo', prompt: 'one two three', ...fields });

  interface StreamedChoice {
    readonly index: number;
    readonly delta: { readonly role?: string; readonly content?: string };
    readonly text: string;
    readonly finish_reason: string | null;
  }
  const choicesOf = (objects: readonly Fields[]): readonly StreamedChoice[] =>
    objects.flatMap(({ choices }) => choices as StreamedChoice[]);

  beforeEach(() => {
    subscriptions = 0;
  });

  describe('stop', () => {
    it.each([
      ['a string', ' two', 'one'],
      ['the first of several strings', ['three', 'two'], 'one '],
      ['a string over several pieces', 'wo thr', 'one t'],
    ])('ends a whole answer before %s', async (_, stop, content) => {
      expect(await (await chat({ stop })).json()).toMatchObject({
        choices: [{ message: { content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: content === 'one' ? 1 : 2 },
      });
      expect(await (await complete({ stop })).json()).toMatchObject({
        choices: [{ text: content, finish_reason: 'stop' }],
      });
    });

    it('ends a stream before a sequence, even in the middle of a piece', async () => {
      const { objects, last } = await readEvents(await chat({ stop: 'hre', stream: true }));

      expect(choicesOf(objects).map(({ delta, finish_reason }) => [delta.content, finish_reason])).toEqual([
        ['', null],
        ['one', null],
        [' two', null],
        [' t', null],
        [undefined, 'stop'],
      ]);
      expect(last).toBe('[DONE]');
    });

    it('ends a legacy stream before a sequence', async () => {
      const { objects } = await readEvents(await complete({ stop: [' three'], stream: true }));

      expect(choicesOf(objects).map(({ text, finish_reason }) => [text, finish_reason])).toEqual([
        ['one', null],
        [' two', 'stop'],
      ]);
    });

    it('changes nothing if no sequence occurs', async () => {
      expect(await (await chat({ stop: ['three four', 'x'] })).json()).toMatchObject({
        choices: [{ message: { content: 'one two three' }, finish_reason: 'stop' }],
      });
    });

    it.each([null, []])('may be %j', async (stop) => {
      expect((await chat({ stop })).status).toBe(200);
    });

    it.each([
      ['', 'stop', 'a string that is not empty'],
      ['a'.repeat(1001), 'stop', 'a string of at most 1,000 characters'],
      [['a', ''], 'stop[1]', 'a string that is not empty'],
      [['a', 'b', 'c', 'd', 'e'], 'stop', 'a string or an array of up to 4 strings'],
      [3, 'stop', 'a string or an array of up to 4 strings'],
    ])('must not be %j', async (stop, param, expected) => {
      const response = await chat({ stop });

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { param, message: `'${param}' must be ${expected}.` } });
    });

    it('has no effect if max_tokens ends the answer before', async () => {
      expect(await (await chat({ stop: ' three', max_tokens: 2 })).json()).toMatchObject({
        choices: [{ message: { content: 'one two' }, finish_reason: 'length' }],
      });
    });
  });

  describe('n', () => {
    it('is the number of choices, each a generation of its own, whose tokens are counted together', async () => {
      expect(await (await chat({ model: 'numbered', n: 3 })).json()).toMatchObject({
        choices: [1, 2, 3].map((number) => ({
          index: number - 1,
          message: { role: 'assistant', content: `answer ${number}` },
          finish_reason: 'stop',
        })),
        usage: { prompt_tokens: 3, completion_tokens: 6, total_tokens: 9 },
      });
      expect(subscriptions).toBe(3);
    });

    it('streams the choices in turns, each with its role and finish reason, and one usage at the end', async () => {
      const { objects, last } = await readEvents(
        await chat({ n: 2, stream: true, stream_options: { include_usage: true } }),
      );
      const choices = choicesOf(objects);

      expect(choices.map(({ index, delta }) => [index, delta.content])).toEqual([
        [0, ''],
        [0, 'one'],
        [1, ''],
        [1, 'one'],
        [0, ' two'],
        [1, ' two'],
        [0, ' three'],
        [1, ' three'],
        [0, undefined],
        [1, undefined],
      ]);
      expect(choices.filter(({ delta }) => delta.role === 'assistant').map(({ index }) => index)).toEqual([0, 1]);
      expect(choices.filter((choice) => choice.finish_reason === 'stop').map(({ index }) => index)).toEqual([0, 1]);
      expect(new Set(objects.map(({ id }) => id)).size).toBe(1);
      expect(objects.at(-1)).toMatchObject({
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 6, total_tokens: 9 },
      });
      expect(objects.filter(({ usage }) => usage !== null)).toHaveLength(1);
      expect(last).toBe('[DONE]');
    });

    it('streams the choices of legacy completions in turns', async () => {
      const { objects } = await readEvents(await complete({ n: 2, stream: true, max_tokens: 2 }));

      expect(choicesOf(objects).map(({ index, text, finish_reason }) => [index, text, finish_reason])).toEqual([
        [0, 'one', null],
        [1, 'one', null],
        [0, ' two', 'length'],
        [1, ' two', 'length'],
      ]);
      expect(await (await complete({ n: 2 })).json()).toMatchObject({
        choices: [
          { index: 0, text: 'one two three' },
          { index: 1, text: 'one two three' },
        ],
      });
    });

    it('ends the stream when the first choice fails', async () => {
      const { objects, last } = await readEvents(await chat({ model: 'breaking', n: 2, stream: true }));

      expect(objects.at(-1)).toMatchObject({ error: { type: 'server_error' } });
      expect(last).not.toBe('[DONE]');
    });

    it('divides the maximum number of buffered pieces among the choices', async () => {
      const { choices } = (await (await chat({ model: 'flooding', n: 4 })).json()) as {
        choices: readonly { message: { content: string }; finish_reason: string }[];
      };

      expect(choices.map(({ message, finish_reason }) => [message.content.length, finish_reason])).toEqual(
        Array.from({ length: 4 }, () => [250_000, 'length']),
      );
      expect((await readEvents(await chat({ model: 'flooding', n: 4, stream: true }))).last).toContain(
        'more than 250000 pieces ahead of the reader',
      );
    });

    it.each([0, 129, 1.5, '2'])('must not be %j', async (n) => {
      const response = await chat({ n });

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: { param: 'n', message: "'n' must be a whole number from 1 to 128." },
      });
    });
  });

  it('seed is accepted and ignored', async () => {
    const answer = await (await chat({ seed: 42 })).text();

    expect(answer).toContain('one two three');
    expect(answer).not.toContain('seed');
  });
});
