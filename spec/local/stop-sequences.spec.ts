import { ServerResponse } from 'node:http';
import * as fc from 'fast-check';
import { concat, defer, finalize, from, map, NEVER, type Observable, of, range } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { startLocalServer, type LocalModel } from '../../src/local/index.js';
import { createQueue } from '../support/queue.js';
import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';

describe('the stop sequences of a request', () => {
  interface Answer {
    /** What was sent after the role, each with the virtual time it was sent at. */
    readonly sent: readonly string[];
    /** When the model was unsubscribed. */
    readonly stoppedAt: number | undefined;
  }

  /** Streams the answer of a model whose pieces are the letters of a diagram, 10 ms per character. */
  async function timeline(marbles: string, fields: Fields): Promise<Answer> {
    const scheduler = new TestScheduler(() => undefined);
    const answer = scheduler.createColdObservable(marbles, undefined, new Error('no idea'));
    const begun = createQueue<undefined>();
    const mine: LocalModel = () =>
      defer(() => {
        begun.put(undefined);
        return answer;
      });
    const write = jest.spyOn(ServerResponse.prototype, 'write');
    const server = await startLocalServer({ tokensPerSecond: 0, scheduler, models: { mine } });
    const response = post(`${server.url}/chat/completions`, chatBody('', { model: 'mine', stream: true, ...fields }));
    await begun.take();
    const sent: string[] = [];
    for (let time = 0; time <= 200; time += 10) {
      scheduler.maxFrames = time;
      scheduler.flush();
      sent.push(...write.mock.calls.slice(sent.length).map(([frame]) => `${time} ${summarize(String(frame))}`));
    }
    write.mockRestore();
    await (await response).text();
    await server.close();
    const stoppedAt = answer.subscriptions[0]?.unsubscribedFrame;
    return { sent: sent.filter((frame) => !/ (?:role|data: \[DONE\])$/u.test(frame)), stoppedAt };
  }

  function summarize(frame: string): string {
    if (frame.includes('"role"')) {
      return 'role';
    }
    return /"(?:content|finish_reason|message)":"(?<text>[^"]*)"/u.exec(frame)?.groups?.['text'] ?? frame.trim();
  }

  it('end the answer before a sequence that spans several pieces, and stop the model', async () => {
    expect(await timeline('a-b-c-d-e-|', { stop: ['cd'] })).toEqual({
      sent: ['0 a', '20 b', '60 stop'],
      stoppedAt: 60,
    });
  });

  it('hold pieces back only while they can be the beginning of a sequence', async () => {
    const { sent } = await timeline('a-b-c----a-b---|', { stop: ['abd'] });

    expect(sent).toEqual(['40 a', '40 b', '40 c', '150 a', '150 b', '150 stop']);
  });

  it.each([
    ['an error', 'a-b-#', {}, "The model 'mine' failed: no idea"],
    ['the token limit', 'a-b-c-d|', { max_tokens: 2 }, 'length'],
    ['the end', 'a-b-|', {}, 'stop'],
  ])('release the pieces held back before %s', async (_, marbles, fields, ending) => {
    const { sent } = await timeline(marbles, { stop: ['abc'], ...fields });

    expect(sent).toEqual(['40 a', '40 b', `40 ${ending}`]);
  });

  it.each<[string, Observable<string>, string, readonly string[]]>([
    ['after a piece that was held back', concat(of('a', 'b'), NEVER), 'bc', ['', 'a']],
    ['before any piece', NEVER, 'a', []],
  ])(
    'send nothing more while the model is silent %s, and stop it when the client leaves',
    async (_, pieces, stop, texts) => {
      const steps = createQueue<string>();
      const mine: LocalModel = () =>
        defer(() => {
          steps.put('begun');
          return pieces.pipe(finalize(() => steps.put('stopped')));
        });
      const write = jest.spyOn(ServerResponse.prototype, 'write');
      const server = await startLocalServer({ tokensPerSecond: 0, models: { mine } });
      const leaving = new AbortController();
      const body = JSON.stringify(chatBody('', { model: 'mine', stream: true, stop }));
      const { signal } = leaving;
      const response = fetch(`${server.url}/chat/completions`, { method: 'POST', body, signal }).catch(() => undefined);

      expect(await steps.take()).toBe('begun');
      leaving.abort();
      expect(await steps.take()).toBe('stopped');
      const frames = write.mock.calls.map(([frame]) => String(frame));
      expect(frames.map((frame) => /"content":"(?<text>[^"]*)"/u.exec(frame)?.groups?.['text'])).toEqual(texts);
      write.mockRestore();
      await response;
      await server.close();
    },
  );

  describe('in an answer of given pieces', () => {
    const url = useLocalServer({
      models: {
        given: ({ body }) => from(body['pieces'] as readonly string[]),
        counting: () => range(0, Infinity).pipe(map((number) => `${number} `)),
      },
    });

    async function streamed(fields: Fields): Promise<readonly unknown[]> {
      const response = await post(`${url()}/chat/completions`, chatBody('', { stream: true, ...fields }));
      const { objects } = await readEvents(response);
      const choices = objects.flatMap((object) => object['choices'] as readonly Fields[]);
      // The first chunk has the role and no text.
      return choices
        .slice(1)
        .map(({ delta, finish_reason: reason }) => (reason === null ? (delta as Fields)['content'] : { reason }));
    }

    it('stop an endless synchronous model', async () => {
      const numbers = Array.from({ length: 12 }, (_, number) => `${number} `);

      expect(await streamed({ model: 'counting', stop: ['12'] })).toEqual([...numbers, { reason: 'stop' }]);
    });

    it.each<[string, string[], string[], string[]]>([
      ['inside a piece', ['one two three'], ['two'], ['one ']],
      ['at the beginning of a piece', ['one', ' two'], [' t'], ['one']],
      ['across three pieces', ['a<', '|en', 'd|>b'], ['<|end|>'], ['a']],
      ['where a false start overlaps the sequence', ['aa', 'ab'], ['aab'], ['a']],
      ['at the first of several sequences', ['one two three'], ['three', 'two'], ['one ']],
      ['before the longer of two sequences with the same end', ['one two'], ['two', 'e two'], ['on']],
      ['with nothing before it', ['', 'one'], ['o'], ['']],
    ])('end it %s', async (_, pieces, stop, expected) => {
      expect(await streamed({ model: 'given', pieces, stop })).toEqual([...expected, { reason: 'stop' }]);
    });

    it('leave the same text however it is split into pieces', async () => {
      const letters = (limits: { minLength?: number; maxLength: number }): fc.Arbitrary<string> =>
        fc.string({ unit: fc.constantFrom('a', 'b'), ...limits });
      const answers = fc.array(letters({ maxLength: 4 }), { maxLength: 12 });
      const words = fc.array(letters({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(answers, words, async (pieces, stop) => {
          const text = pieces.join('');
          const lengths = Array.from({ length: text.length + 1 }, (_, length) => length);
          const end = lengths.find((length) => stop.some((word) => text.slice(0, length).endsWith(word)));
          const longest = stop
            .filter((word) => text.slice(0, end).endsWith(word))
            .reduce((most, { length }) => Math.max(most, length), 0);
          const response = await post(`${url()}/chat/completions`, chatBody('', { model: 'given', pieces, stop }));

          expect(await response.json()).toMatchObject({
            choices: [{ message: { content: end === undefined ? text : text.slice(0, end - longest) } }],
          });
        }),
      );
    });
  });
});
