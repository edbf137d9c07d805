/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import 'zone.js';
import { AsyncPipe } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ErrorHandler,
  provideZoneChangeDetection,
  type Type,
} from '@angular/core';
import { rxResource, toSignal } from '@angular/core/rxjs-interop';
import { bootstrapApplication } from '@angular/platform-browser';
import type { Observable } from 'rxjs';
import {
  type ClientFeature,
  injectClient,
  injectConversation,
  provideClient,
  withZone,
} from '../../src/angular/index.js';
import { accumulateView, type ChatView, type Client } from '../../src/index.js';
import { chunksOf, fakeTransport } from '../../src/testing/index.js';

/** Pages so far; each has a selector of its own, since Angular warns of components that look the same. */
let pages = 0;

const request = { model: 'm-1', messages: [{ role: 'user', content: 'Hi' }] } as const;

function answerOf(client: Client): Observable<ChatView> {
  return client.chat(request).pipe(accumulateView());
}

class Piped {
  readonly view = answerOf(injectClient());
}

class Signalled {
  readonly view = toSignal(answerOf(injectClient()), { requireSync: true });
  readonly text = computed(() => this.view().message.content);
}

class Resource {
  readonly client = injectClient();
  readonly answer = rxResource({ stream: () => answerOf(this.client) });
}

class Chat {
  readonly chat = injectConversation({ request: { model: 'm-1' }, throttle: false });
}

class InConstructor extends Chat {
  constructor() {
    super();
    this.chat.send('Hi');
  }
}

class OnInit extends Chat {
  ngOnInit(): void {
    this.chat.send('Hi');
  }
}

class AfterViewInit extends Chat {
  ngAfterViewInit(): void {
    this.chat.send('Hi');
  }
}

class InEffect extends Chat {
  readonly sent = effect(() => this.chat.send('Hi'));
}

const piped = '{{ (view | async)?.message?.content }}';
const reply = '{{ chat.last()?.message?.content }}';

describe.each<[string, readonly ClientFeature[]]>([
  ['outside the zone', []],
  ['inside the zone', [withZone()]],
])("Angular's development mode, which checks every expression twice, and a client %s", (_where, features) => {
  beforeEach(() => {
    // It says that it runs in this mode.
    jest.spyOn(console, 'log').mockImplementation();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each<[string, Type<unknown>, string]>([
    ['the async pipe', Piped, piped],
    ['toSignal and computed', Signalled, '{{ text() }}'],
    ['rxResource', Resource, '{{ answer.value()?.message?.content }}'],
    ['a prompt in the constructor', InConstructor, reply],
    ['a prompt in ngOnInit', OnInit, reply],
    ['a prompt in ngAfterViewInit', AfterViewInit, reply],
    ['a prompt in an effect', InEffect, reply],
  ])('accept an answer that comes at once to %s', async (_where, base, template) => {
    for (const strategy of [{}, { changeDetection: ChangeDetectionStrategy.OnPush }]) {
      const errors: unknown[] = [];
      const selector = `test-page-${(pages += 1)}`;
      document.body.innerHTML = `<${selector}></${selector}>`;
      const page = class extends (base as Type<object>) {};
      const transport = fakeTransport({ body: chunksOf('Hello') });
      const application = await bootstrapApplication(
        Component({ selector, template, imports: [AsyncPipe], ...strategy })(page),
        {
          providers: [
            provideZoneChangeDetection(),
            provideClient({ baseURL: 'http://server.test/v1', transport }, ...features),
            { provide: ErrorHandler, useValue: { handleError: (error: unknown) => errors.push(error) } },
          ],
        },
      );
      await application.whenStable();
      application.tick();

      expect([document.querySelector(selector)?.textContent, errors]).toEqual(['Hello', []]);
      application.destroy();
    }
  });
});
