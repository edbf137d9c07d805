/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { AsyncPipe } from '@angular/common';
import { Component, signal } from '@angular/core';
import { rxResource, toObservable, toSignal } from '@angular/core/rxjs-interop';
import { EMPTY, from, NEVER, type Observable, Subject, switchMap, throwError } from 'rxjs';
import { CLIENT, injectClient } from '../../src/angular/index.js';
import { accumulateView, type ChatView, ConnectionError } from '../../src/index.js';
import { chunksOf, type FakeClient, fakeClient, textChunk } from '../../src/testing/index.js';
import { TestBed } from '../support/test-bed.js';

function provide(client: FakeClient): void {
  TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: client }] });
}

function ask(content: string): Observable<ChatView> {
  return injectClient()
    .chat({ model: 'm-1', messages: [{ role: 'user', content }] })
    .pipe(accumulateView());
}

describe("a client with Angular's rxjs interop", () => {
  describe('rxResource', () => {
    it.each([
      ['a complete answer', from(chunksOf('Hello')), { status: 'done', message: { content: 'Hello' } }],
      ['an answer that has not started', NEVER, { status: 'waiting' }],
      ['an answer without a chunk', EMPTY, { status: 'waiting' }],
      [
        'an error',
        throwError(() => new ConnectionError('No answer')),
        { status: 'failed', error: { kind: 'connection' } },
      ],
    ])('holds the view of %s', async (_, answer, view) => {
      provide(fakeClient(answer));
      const resource = TestBed.runInInjectionContext(() => {
        const reply = ask('Hi');
        return rxResource({ stream: () => reply });
      });
      TestBed.tick();
      await Promise.resolve();

      expect(resource.error()).toBeUndefined();
      expect(resource.value()).toMatchObject(view);
    });

    it('sends a request for each new prompt, and unsubscribes from the previous answer', async () => {
      const client = fakeClient(NEVER);
      provide(client);
      const prompt = signal('Hi');
      TestBed.runInInjectionContext(() => {
        const asked = injectClient();
        return rxResource({
          params: prompt,
          stream: ({ params: content }) =>
            asked.chat({ model: 'm-1', messages: [{ role: 'user', content }] }).pipe(accumulateView()),
        });
      });
      TestBed.tick();
      await Promise.resolve();
      prompt.set('Ho');
      TestBed.tick();
      await Promise.resolve();

      expect(client.requests.map(({ request, ending }) => [request.messages?.[0]?.content, ending])).toEqual([
        ['Hi', 'unsubscribed'],
        ['Ho', undefined],
      ]);
    });
  });

  it('toSignal holds the latest view of the latest prompt', () => {
    const first = new Subject<never>();
    provide(fakeClient([first, from(chunksOf('World'))]));
    const prompt = signal('Hi');
    const view = TestBed.runInInjectionContext(() => {
      const client = injectClient();
      const answers = toObservable(prompt).pipe(
        switchMap((content) =>
          client.chat({ model: 'm-1', messages: [{ role: 'user', content }] }).pipe(accumulateView()),
        ),
      );
      return toSignal(answers);
    });

    TestBed.tick();
    expect(view()?.status).toBe('waiting');
    prompt.set('Ho');
    TestBed.tick();
    expect(view()?.message.content).toBe('World');
    expect(first.observed).toBe(false);
  });

  it('the async pipe shows an answer as it arrives, and closes the request when destroyed', async () => {
    const answer = new Subject<ReturnType<typeof textChunk>>();
    provide(fakeClient(answer));
    class Page {
      readonly view = ask('Hi');
    }
    const page = Component({ template: '{{ (view | async)?.message?.content }}', imports: [AsyncPipe] })(Page);
    const fixture = TestBed.createComponent(page);
    const text = (): unknown => (fixture.nativeElement as HTMLElement).textContent;

    await fixture.whenStable();
    answer.next(textChunk('Hel'));
    await fixture.whenStable();
    expect(text()).toBe('Hel');
    answer.next(textChunk('lo'));
    await fixture.whenStable();
    expect(text()).toBe('Hello');

    fixture.destroy();
    expect(answer.observed).toBe(false);
  });
});
