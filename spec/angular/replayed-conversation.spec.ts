/** @jest-environment ./.config/jest-page.mjs */
import '@angular/compiler';
import { Injector } from '@angular/core';
import { CLIENT, type ConversationRef, injectConversation } from '../../src/angular/index.js';
import { NEVER } from 'rxjs';
import type { Turn } from '../../src/index.js';
import { fakeClient, type FakeClient, runMarbles } from '../../src/testing/index.js';
import { TestBed } from '../support/test-bed.js';

const streamId = 'stream_0123456789';

/** A conversation of a component that can be destroyed. */
interface Opened {
  readonly chat: ConversationRef;
  readonly close: () => void;
}

function provide(client: FakeClient): (turns?: readonly Turn[]) => Opened {
  TestBed.configureTestingModule({ providers: [{ provide: CLIENT, useValue: client }] });
  return (turns = []) => {
    const injector = Injector.create({ providers: [], parent: TestBed.inject(Injector) });
    const chat = injectConversation({ request: { model: 'm-1' }, throttle: false, turns, injector });
    return { chat, close: () => injector.destroy() };
  };
}

function summaryOf({ turns }: ConversationRef): string {
  return turns()
    .map(({ prompt, reply }) => `${JSON.stringify(prompt)}:${reply.status}=${reply.message.content}`)
    .join(' ')
    .replaceAll('"', '');
}

describe('injectConversation over a relay', () => {
  it('takes up the answer of a conversation that was closed in the middle of it', () => {
    runMarbles(({ chunks, flush, scheduler }) => {
      const client = fakeClient([chunks('r-a-b-f|'), chunks('(ra)-b-f|')], { streamId });
      const open = provide(client);
      const { chat, close } = open();
      const shown: string[] = [];
      chat.send('Hi');

      scheduler.schedule(() => {
        const saved = JSON.stringify(chat.turns());
        close();
        const other = open(JSON.parse(saved) as Turn[]).chat;
        shown.push(summaryOf(other), other.status(), String(other.last()?.streamId));
        scheduler.schedule(() => shown.push(summaryOf(other), other.status()), 20);
      }, 3);
      flush();

      expect(shown).toEqual(['Hi:streaming=a', 'busy', streamId, 'Hi:done=ab', 'idle']);
      expect(client.requests.map(({ operation, sentAt, ending }) => [operation, sentAt, ending])).toEqual([
        ['chat', 0, 'unsubscribed'],
        ['resumeStream', 3, 'completed'],
      ]);
    });
  });

  it('asks the relay to stop at stop(), and lets the client choose when it is closed', () => {
    const client = fakeClient(({ operation }) => (operation === 'chat' ? NEVER : 'ab'), { streamId });
    const open = provide(client);
    const first = open();
    first.chat.send('Hi');
    const second = open();
    second.chat.send('Ho');
    const stops = (place: number): boolean | undefined => client.requests[place]?.options.stopOnUnsubscribe?.();
    expect([stops(0), stops(1)]).toEqual([false, false]);

    first.chat.stop();
    second.close();
    expect([stops(0), stops(1)]).toEqual([true, false]);
  });
});
