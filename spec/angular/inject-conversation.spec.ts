/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { Component, effect, Injector, signal } from '@angular/core';
import { concat, from, NEVER, of, throwError } from 'rxjs';
import {
  CLIENT,
  type ConversationConfig,
  type ConversationRef,
  injectConversation,
  provideClient,
  withName,
} from '../../src/angular/index.js';
import { ConnectionError, tool } from '../../src/index.js';
import {
  chunksOf,
  type FakeClient,
  fakeClient,
  fakeTransport,
  finishChunk,
  responseEvents,
  runMarbles,
  toolCallChunk,
} from '../../src/testing/index.js';
import { TestBed } from '../support/test-bed.js';

const request = { model: 'm-1' };
const unreachable = new ConnectionError('No answer from http://localhost');

/** Injects a conversation with a provided client. */
function converseWith(client: FakeClient, config: Partial<ConversationConfig> = {}): ConversationRef {
  TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: client }] });
  return TestBed.runInInjectionContext(() => injectConversation({ request, throttle: false, ...config }));
}

/** Formats a conversation on one line, such as `a:done=xy b:waiting`. */
function summaryOf(chat: ConversationRef): string {
  return chat
    .turns()
    .map(({ prompt, reply }) => `${JSON.stringify(prompt)}:${reply.status}=${reply.message.content}`)
    .join(' ')
    .replaceAll('"', '');
}

describe('injectConversation', () => {
  it('runs tools, shows their calls and stops them', () => {
    const signals: AbortSignal[] = [];
    const weather = tool({
      name: 'weather',
      parameters: { type: 'object' },
      run: (_, { signal }) => (signals.push(signal), concat(of('asking'), NEVER)),
    });
    const chat = converseWith(
      fakeClient(from([toolCallChunk({ id: 'c', name: 'weather', arguments: '{}' }), finishChunk('tool_calls')])),
      {
        tools: [weather],
      },
    );
    chat.send('a');

    expect(chat.last()).toMatchObject({
      status: 'streaming',
      run: { status: 'calling', turns: [{ calls: [{ status: 'running', progress: 'asking' }] }] },
    });
    chat.stop();
    expect(summaryOf(chat)).toBe('a:stopped=');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('shows a reply as it arrives', () => {
    runMarbles(({ chunks, flush }) => {
      const chat = converseWith(fakeClient(chunks('r-a-b-f|', { a: 'Hel', b: 'lo' })));
      expect([chat.turns(), chat.last(), chat.status()]).toEqual([[], undefined, 'idle']);

      chat.send('Hi');
      expect([summaryOf(chat), chat.status()]).toEqual(['Hi:waiting=', 'busy']);
      flush();

      expect([summaryOf(chat), chat.status()]).toEqual(['Hi:done=Hello', 'idle']);
      expect(chat.last()).toBe(chat.turns()[0]?.reply);
    });
  });

  it('stops, regenerates and resets', () => {
    runMarbles(({ chunks, expectSubscriptions, flush, scheduler }) => {
      const [stopped, regenerated, reset] = [chunks('r-a--f|'), chunks('r-b--f|'), chunks('r-c--f|')];
      const chat = converseWith(fakeClient([stopped, regenerated, reset]));
      const shown: string[] = [];
      const act = (at: number, command: () => void): void => {
        scheduler.schedule(() => shown.push((command(), summaryOf(chat))), at);
      };

      act(0, () => chat.send('Hi', 'first'));
      act(3, () => chat.stop());
      act(4, () => chat.regenerate('first'));
      act(7, () => chat.send('Ho'));
      act(10, () => chat.reset(chat.turns().slice(0, 1)));
      flush();

      expect(shown).toEqual(['Hi:waiting=', 'Hi:stopped=a', 'Hi:waiting=', 'Hi:stopped=b Ho:waiting=', 'Hi:stopped=b']);
      expect(chat.turns().map(({ id }) => id)).toEqual(['first']);
      expectSubscriptions(stopped.subscriptions).toBe('     ^--!');
      expectSubscriptions(regenerated.subscriptions).toBe(' ----^--!');
      expectSubscriptions(reset.subscriptions).toBe('       -------^--!');
    });
  });

  it('shows the pause before a retry, and the answer after it', () => {
    runMarbles(({ chunks, cold, flush, scheduler }) => {
      const client = fakeClient([cold('-#', {}, unreachable), chunks('r-a-f|')]);
      const chat = converseWith(client, { retry: { random: () => 1, scheduler } });
      const notices: unknown[] = [];

      chat.send('Hi');
      scheduler.schedule(() => notices.push(chat.last()?.status, chat.retry()), 2);
      flush();

      expect(notices).toEqual(['retrying', { attempt: 1, delay: 500, at: 501, reason: unreachable }]);
      expect([summaryOf(chat), chat.retry(), chat.error()]).toEqual(['Hi:done=a', undefined, undefined]);
    });
  });

  it('shows a relay that is down, and regenerates the reply', () => {
    runMarbles(({ cold, flush }) => {
      const down = cold<never>('---#', {}, new TypeError('Failed to fetch'));
      const transport = fakeTransport([down, { body: chunksOf('Hello') }]);
      TestBed.configureTestingModule({ providers: [provideClient({ baseURL: '/v1', transport })] });
      const chat = TestBed.runInInjectionContext(() => injectConversation({ request, retry: false, throttle: false }));

      chat.send('Hi');
      flush();
      expect(summaryOf(chat)).toBe('Hi:failed=');
      expect(chat.error()).toMatchObject({ kind: 'connection', message: 'No answer from http://localhost' });

      chat.regenerate();
      expect(chat.error()).toBeUndefined();
      flush();
      expect(summaryOf(chat)).toBe('Hi:done=Hello');
    });
  });

  it('is held over responses, with the client that is provided', () => {
    const transport = fakeTransport([{ body: responseEvents('Hello') }, { body: responseEvents('World') }]);
    TestBed.configureTestingModule({ providers: [provideClient({ baseURL: '/v1', transport })] });
    const chat = TestBed.runInInjectionContext(() =>
      injectConversation({
        api: 'responses',
        request: { conversation: 'conv_1' },
        system: 'Be brief',
        throttle: false,
      }),
    );

    chat.send('Hi');
    chat.send('Ho');

    expect(summaryOf(chat)).toBe('Hi:done=Hello Ho:done=World');
    expect(transport.requests.map(({ url, json }) => [url, json])).toEqual(
      ['Hi', 'Ho'].map((content): readonly unknown[] => [
        expect.stringMatching(/\/v1\/responses$/u),
        { conversation: 'conv_1', instructions: 'Be brief', input: [{ role: 'user', content }], stream: true },
      ]),
    );
  });

  describe('the end', () => {
    it('is that of its component', () => {
      const client = fakeClient(NEVER);
      TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: client }] });
      class Page {
        readonly chat = injectConversation({ request });
      }
      const page = TestBed.createComponent(Component({ template: '' })(Page));
      page.componentInstance.chat.send('Hi');

      expect(client.requests.map(({ ending }) => ending)).toEqual([undefined]);
      page.destroy();
      expect(client.requests.map(({ ending }) => ending)).toEqual(['unsubscribed']);
    });

    it('is that of its injector', () => {
      runMarbles(({ chunks, expectSubscriptions, flush, scheduler }) => {
        const answer = chunks('r-a-b-c-f|');
        TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: fakeClient(answer) }] });
        const injector = Injector.create({ providers: [], parent: TestBed.inject(Injector) });
        const chat = injectConversation({ request, injector, throttle: false });

        chat.send('Hi');
        scheduler.schedule(() => injector.destroy(), 3);
        flush();

        expectSubscriptions(answer.subscriptions).toBe('^--!');
        chat.send('Ho');
        expect(summaryOf(chat)).toBe('Hi:streaming=a');
      });
    });
  });

  describe('the signals', () => {
    it('change once per throttle interval while a reply arrives', () => {
      runMarbles(({ chunks, flush, scheduler }) => {
        const chat = converseWith(fakeClient(chunks('r-abcdeghij-f|')), { throttle: 4 });
        const shown: string[] = [];

        chat.send('Hi');
        [3, 5, 7, 9, 11, 13, 15, 17].forEach((at) => scheduler.schedule(() => shown.push(summaryOf(chat)), at));
        flush();

        expect(shown).toEqual([
          'Hi:waiting=',
          'Hi:streaming=ab',
          'Hi:streaming=ab',
          'Hi:streaming=abcdegh',
          'Hi:streaming=abcdegh',
          'Hi:streaming=abcdeghij',
          'Hi:streaming=abcdeghij',
          'Hi:done=abcdeghij',
        ]);
      });
    });

    it('change immediately when a method is called', () => {
      runMarbles(({ chunks, flush, scheduler }) => {
        const chat = converseWith(fakeClient(chunks('r-abcdeghij-f|')), { throttle: 4 });
        const shown: string[] = [];

        chat.send('Hi');
        scheduler.schedule(() => shown.push((chat.stop(), summaryOf(chat))), 7);
        flush();

        expect([...shown, summaryOf(chat)]).toEqual(['Hi:stopped=abcdeg', 'Hi:stopped=abcdeg']);
      });
    });

    it('change once per animation frame by default', () => {
      runMarbles(({ animate, chunks, flush, scheduler }) => {
        animate('                                         -----x-----x-----x');
        const chat = converseWith(fakeClient(chunks('r-abcdeghij-f|')), { throttle: undefined });
        const shown: string[] = [];

        chat.send('Hi');
        [4, 6, 10, 12, 18].forEach((at) => scheduler.schedule(() => shown.push(summaryOf(chat)), at));
        flush();

        expect(shown).toEqual([
          'Hi:waiting=',
          'Hi:streaming=abc',
          'Hi:streaming=abc',
          'Hi:streaming=abcdeghij',
          'Hi:done=abcdeghij',
        ]);
      });
    });
  });

  describe('the request', () => {
    it('may read signals without making an effect that sends depend on them', () => {
      const client = fakeClient(NEVER);
      const model = signal('m-1');
      const chat = converseWith(client, { request: () => ({ model: model() }), policy: 'parallel' });
      TestBed.runInInjectionContext(() => effect(() => chat.send('Hi')));

      TestBed.tick();
      model.set('m-2');
      TestBed.tick();
      chat.send('Ho');

      expect(client.requests.map(({ request: { model } }) => model)).toEqual(['m-1', 'm-2']);
    });

    it('goes to a named client, or to the client of the configuration', () => {
      const transport = fakeTransport({ body: chunksOf('Hello') });
      const client = fakeClient(from(chunksOf('World')));
      TestBed.configureTestingModule({ providers: [provideClient({ baseURL: '/v1', transport }, withName('relay'))] });
      const injector = TestBed.inject(Injector);
      const chats = (['relay', client] as const).map((client) =>
        injectConversation({ request, client, injector, throttle: false }),
      );
      chats.forEach((chat) => chat.send('Hi'));

      expect(chats.map(summaryOf)).toEqual(['Hi:done=Hello', 'Hi:done=World']);
    });
  });

  describe('errors', () => {
    it('name the missing injection context', () => {
      expect(() => injectConversation({ request })).toThrow(
        /injectConversation\(\) can only be used within an injection/u,
      );
    });

    it('name a missing configuration', () => {
      expect(() => injectConversation(undefined as never)).toThrow(
        /configuration of injectConversation must be an object/u,
      );
    });

    it('explain what to add if no client is provided', () => {
      const hold = (client?: string) => () =>
        TestBed.runInInjectionContext(() => injectConversation({ request, client }));

      expect(hold()).toThrow(/No client is provided: add provideClient\(/u);
      expect(hold('relay')).toThrow(/"relay"/u);
    });

    it.each<[string, ConversationConfig, RegExp]>([
      ['a request without a model', { request: {} as never }, /request\.model must be/u],
      ['a negative throttle', { request, throttle: -1 }, /throttle must be a finite number of milliseconds/u],
      [
        'a client without responses()',
        { api: 'responses', request, client: { chat: () => NEVER } },
        /client must be an object with responses\(\)/u,
      ],
      ['a client without chat()', { request, client: {} as never }, /client must be an object with chat\(\)/u],
    ])('refuse %s', (_, config, message) => {
      expect(() => converseWith(fakeClient(NEVER), config)).toThrow(message);
    });

    it('are thrown for an invalid prompt, and the conversation continues', () => {
      const chat = converseWith(fakeClient(from(chunksOf('Hello'))));

      expect(() => chat.send(undefined as never)).toThrow(TypeError);
      expect(() => chat.reset({} as never)).toThrow(TypeError);
      chat.send('Hi');
      expect(summaryOf(chat)).toBe('Hi:done=Hello');
    });

    it('of a callback become a failed reply', () => {
      const chat = converseWith(fakeClient(throwError(() => unreachable)), {
        request: () => {
          throw new RangeError('no model');
        },
      });
      chat.send('Hi');

      expect(chat.error()).toEqual(new RangeError('no model'));
    });
  });
});
