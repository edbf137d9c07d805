import {
  afterEveryRender,
  type ApplicationRef,
  Component,
  enableProdMode,
  type EnvironmentProviders,
  inject,
  InjectionToken,
  NgZone,
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { concatMap, delay, from, type Observable, of, tap } from 'rxjs';
import { type ClientFeature, injectClient, injectConversation, provideClient } from '../../src/angular/index.js';
import { accumulateView, type ChatCompletionChunk, type ChatView, type Client } from '../../src/index.js';
import { chunksOf, fakeTransport } from '../../src/testing/index.js';
import { pass } from '../support/virtual-clock.js';

/** A page of an application. */
export interface ChatPage {
  /** The text on the screen. */
  readonly text: () => string;
  /** The number of change detections since the page was opened. */
  readonly changeDetections: () => number;
  /** Sends a prompt inside the zone, like a click. */
  readonly send: () => void;
  /** Streams an answer that is not shown, and calls `onChunk` for each chunk. */
  readonly stream: (onChunk: () => void) => void;
  /** Streams an answer into a plain field of the page, and calls `onView` for each view. */
  readonly fill: (onView: () => void) => void;
  /** The application, to ask whether it is stable. */
  readonly application: ApplicationRef;
}

const THROTTLE = new InjectionToken<number | false | undefined>('throttle');
const request = { model: 'm-1' };

class Chat {
  readonly client: Client = injectClient();
  readonly chat = injectConversation({ request, throttle: inject(THROTTLE) });
  changeDetections = 0;
  field: ChatView | undefined;
  readonly ref = afterEveryRender({ read: () => (this.changeDetections += 1) });
}

const component = Component({
  selector: 'chat-page',
  template: '{{ chat.last()?.message?.content }}{{ field?.message?.content }} {{ field?.status }}',
})(Chat);

enableProdMode();

const running = new Set<ApplicationRef>();

afterEach(() => {
  running.forEach((application) => application.destroy());
  running.clear();
});

/** Opens a page whose server answers with this many words, one per millisecond. The page is closed after the test. */
export async function openPage(
  changeDetection: EnvironmentProviders,
  words: number,
  throttle?: number | false,
  ...features: readonly ClientFeature[]
): Promise<ChatPage> {
  const chunks = chunksOf(Array(words).fill('word').join(' '));
  const body = from(chunks).pipe(concatMap((chunk) => of(chunk).pipe(delay(1))));
  document.body.innerHTML = '<chat-page></chat-page>';
  const application = await bootstrapApplication(component, {
    providers: [
      changeDetection,
      provideClient({ baseURL: '/v1', transport: fakeTransport({ body }) }, ...features),
      { provide: THROTTLE, useValue: throttle },
    ],
  });
  running.add(application);
  // Lets the work of opening the page finish.
  await pass(100);
  const page = application.components[0]?.instance as Chat;
  const before = page.changeDetections;
  const zone = application.injector.get(NgZone);
  const ask = (): Observable<ChatCompletionChunk> =>
    page.client.chat({ ...request, messages: [{ role: 'user', content: 'Hi' }] });
  return {
    application,
    text: () => document.body.textContent.trim(),
    changeDetections: () => page.changeDetections - before,
    send: () => zone.run(() => page.chat.send('Hi')),
    stream: (onChunk) => zone.run(() => ask().subscribe(onChunk)),
    fill: (onView) =>
      zone.run(() =>
        ask()
          .pipe(accumulateView(), tap(onView))
          .subscribe((view) => (page.field = view)),
      ),
  };
}
