/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { AsyncPipe } from '@angular/common';
import { ApplicationRef, Component, PLATFORM_ID, type Provider, REQUEST, signal } from '@angular/core';
import { rxResource, toObservable, toSignal } from '@angular/core/rxjs-interop';
import { concat, defaultIfEmpty, from, NEVER, type Observable, Subject, switchMap } from 'rxjs';
import {
  type ClientFeature,
  injectClient,
  injectConversation,
  provideClient,
  withName,
  withServerRequests,
} from '../../src/angular/index.js';
import { accumulateView, type ChatView, type ClientConfig, textDeltas } from '../../src/index.js';
import { chunksOf, fakeClient, type FakeTransport, fakeTransport, textChunk } from '../../src/testing/index.js';
import { TestBed } from '../support/test-bed.js';

const request = { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] } as const;

/** Provides a client for an application that a server renders. */
function render(config: ClientConfig | (() => ClientConfig), ...features: readonly ClientFeature[]): void {
  renderFor([], config, ...features);
}

function renderFor(
  providers: readonly Provider[],
  config: ClientConfig | (() => ClientConfig),
  ...features: readonly ClientFeature[]
): void {
  TestBed.configureTestingModule({
    providers: [{ provide: PLATFORM_ID, useValue: 'server' }, provideClient(config, ...features), ...providers],
  });
}

function inContext<T>(create: () => T): T {
  return TestBed.runInInjectionContext(create);
}

/** Returns the values that a stream emits synchronously, then its error or 'complete'. */
function gathered<T>(source: Observable<T>): readonly unknown[] {
  const values: unknown[] = [];
  source.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => values.push(error),
    complete: () => values.push('complete'),
  });
  return values;
}

function ask(): Observable<ChatView> {
  return injectClient().chat(request).pipe(accumulateView());
}

/** Lets a page do what it does until it is stable, and fails if it does not become so. */
async function stable(): Promise<void> {
  await TestBed.inject(ApplicationRef).whenStable();
}

describe('while a server renders', () => {
  describe.each<[string, FakeTransport]>([
    ['answers', fakeTransport({ body: chunksOf('Hello') })],
    ['is silent', fakeTransport({ body: NEVER })],
    ['never ends', fakeTransport({ body: concat(from(chunksOf('Hello').slice(0, 2)), NEVER) })],
  ])('a client of a server that %s', (_, transport) => {
    afterEach(() => expect(transport.requests).toEqual([]));

    it('completes each stream at once, without a request', () => {
      render({ baseURL: '/v1', transport });
      const client = inContext(() => injectClient());

      expect(gathered(client.chat(request))).toEqual(['complete']);
      expect(gathered(client.completions({ model: 'm-1', prompt: 'Hi' }))).toEqual(['complete']);
      expect(gathered(client.models())).toEqual(['complete']);
    });

    it('gives rxResource its first view, and does not hold up the page', async () => {
      render({ baseURL: '/v1', transport });
      const [view, text] = inContext(() => {
        const [view, text] = [ask(), injectClient().chat(request).pipe(textDeltas(), defaultIfEmpty(''))];
        return [rxResource({ stream: () => view }), rxResource({ stream: () => text })];
      });
      TestBed.tick();
      await stable();

      expect([view.error(), view.value()?.status]).toEqual([undefined, 'waiting']);
      expect([text.error(), text.value()]).toEqual([undefined, '']);
    });

    it('gives toSignal and the async pipe their first view', async () => {
      render({ baseURL: '/v1', transport });
      class Page {
        readonly ask = ask();
        readonly view = toSignal(toObservable(signal('Hi')).pipe(switchMap(() => this.ask)));
      }
      const page = Component({ template: '{{ (ask | async)?.status }} {{ view()?.status }}', imports: [AsyncPipe] })(
        Page,
      );
      const fixture = TestBed.createComponent(page);
      await fixture.whenStable();
      await stable();

      expect((fixture.nativeElement as HTMLElement).textContent).toBe('waiting waiting');
    });

    it('leaves a prompt of a conversation waiting, but not in flight', async () => {
      render({ baseURL: '/v1', transport });
      const chats = inContext(() => [
        injectConversation({ request: { model: 'm-1' } }),
        injectConversation({ request: { model: 'm-1' }, client: fakeClient(from(chunksOf('Hello'))) }),
        injectConversation({ api: 'responses', request: { model: 'm-1' }, client: fakeClient('Hello') }),
      ]);
      chats.forEach((chat) => chat.send('Hi'));
      await stable();

      expect(chats.map((chat) => [chat.last()?.status, chat.status()])).toEqual([
        ['waiting', 'idle'],
        ['waiting', 'idle'],
        ['waiting', 'idle'],
      ]);
    });
  });

  it('the configuration of a client is not read, since it may need the page', () => {
    const configure = jest.fn(() => {
      throw new Error('window is not defined');
    });
    render(configure, withName('relay'));

    expect(inContext(() => gathered(injectClient('relay').models()))).toEqual(['complete']);
  });

  it('a conversation shows saved turns, and may be reset', () => {
    render({ baseURL: '/v1' });
    const turns = inContext(() => injectConversation({ request: { model: 'm-1' } })).turns;
    const saved = inContext(() => {
      const chat = injectConversation({ request: { model: 'm-1' } });
      chat.send('Hi', 'first');
      return chat.turns();
    });
    const chat = inContext(() => injectConversation({ request: { model: 'm-1' }, turns: saved }));

    expect(turns()).toEqual([]);
    expect(chat.turns().map(({ id, reply }) => [id, reply.status])).toEqual([['first', 'stopped']]);
    chat.reset();
    expect(chat.turns()).toEqual([]);
  });

  describe('withServerRequests', () => {
    const opened = { provide: REQUEST, useValue: new Request('http://shop.test/chat?x=1') };

    it('sends requests, and holds up the page until their streams have ended', async () => {
      const answer = new Subject<ReturnType<typeof textChunk>>();
      render({ baseURL: 'http://relay.test/v1', transport: fakeTransport({ body: answer }) }, withServerRequests());
      const client = inContext(() => injectClient());
      const texts: string[] = [];
      let isStable = false;
      client
        .chat(request)
        .pipe(textDeltas())
        .subscribe((text) => texts.push(text));
      const settled = stable().then(() => (isStable = true));

      answer.next(textChunk('Hello'));
      await Promise.resolve();
      expect([texts, isStable]).toEqual([['Hello'], false]);
      chunksOf('').forEach((chunk) => answer.next(chunk));
      answer.complete();
      await settled;
    });

    it('shows the whole answer of a conversation', async () => {
      const transport = fakeTransport({ body: chunksOf('Hello world') });
      render({ baseURL: 'http://relay.test/v1', transport }, withServerRequests());
      const chat = inContext(() => injectConversation({ request: { model: 'm-1' } }));
      chat.send('Hi');
      await stable();

      expect(chat.last()).toMatchObject({ status: 'done', message: { content: 'Hello world' } });
    });

    it('resolves a path against the request that is answered', () => {
      const transport = fakeTransport({ body: chunksOf('Hello') });
      renderFor([opened], { baseURL: '/v1', transport }, withServerRequests());

      gathered(inContext(() => injectClient()).chat(request));
      expect(transport.requests.map(({ url }) => url)).toEqual(['http://shop.test/v1/chat/completions']);
    });

    it.each<[string, ClientConfig | (() => ClientConfig)]>([
      ['the user name of an address', { baseURL: 'http://me@relay.test/v1' }],
      ['an address that is none', { baseURL: 'http://' }],
      ['an unknown field', () => ({ baseUrl: '/v1' }) as ClientConfig],
    ])('gives the error about %s in the stream, not while a component is created', async (_, config) => {
      renderFor([opened], config, withServerRequests());
      const client = inContext(() => injectClient());
      const chat = inContext(() => injectConversation({ request: { model: 'm-1' } }));
      chat.send('Hi');
      await stable();

      expect(gathered(client.chat(request))).toEqual([expect.any(TypeError)]);
      expect(chat.error()).toEqual(expect.any(TypeError));
    });

    it('changes nothing in a browser', () => {
      const transport = fakeTransport({ body: chunksOf('Hello') });
      TestBed.configureTestingModule({
        providers: [provideClient({ baseURL: '/v1', transport }, withServerRequests())],
      });

      gathered(inContext(() => injectClient()).chat(request));
      expect(transport.requests.map(({ url }) => url)).toEqual(['http://localhost/v1/chat/completions']);
    });
  });
});
