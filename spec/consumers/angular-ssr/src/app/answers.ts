import { AsyncPipe } from '@angular/common';
import { Component, inject } from '@angular/core';
import { rxResource, toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';
import { defaultIfEmpty, type Observable } from 'rxjs';
import { accumulateText, accumulateView, type ChatView, textDeltas, throttleRender } from 'rxllm';
import { injectClient, injectConversation } from 'rxllm/angular';

/** One answer in each way that an application may show it. */
@Component({
  selector: 'consumer-answers',
  imports: [AsyncPipe],
  template: `
    <p id="signal">{{ view()?.status }} {{ view()?.message?.content }}</p>
    @if (greeting | async; as view) {
      <p id="async">{{ view.status }} {{ view.message.content }}</p>
    }
    <p id="resource">{{ resource.value()?.status }} {{ resource.value()?.message?.content }}</p>
    <p id="raw">{{ raw() }}</p>
    <p id="raw-resource">{{ rawResource.value() }}</p>
    <p id="far">{{ far()?.status }} {{ far()?.message?.content }}</p>
    <p id="http">{{ http()?.status }} {{ http()?.message?.content }}</p>
    @for (turn of chat.turns(); track turn.id) {
      <p id="conversation">{{ turn.reply.status }} {{ turn.reply.message.content }}</p>
    } @empty {
      <p>Nothing was asked.</p>
    }
    @if (chat.status() === 'busy') {
      <button (click)="chat.stop()">Stop</button>
    }
  `,
})
export class Answers {
  readonly model = inject(ActivatedRoute).snapshot.params['model'] as string;
  readonly request = { model: this.model, messages: [{ role: 'user', content: 'Hello!' }] } as const;
  readonly client = injectClient();
  // A browser opens at most six connections to one origin.
  readonly elsewhere = injectClient('far');

  readonly view = toSignal(this.ask());
  readonly greeting = this.ask();
  readonly resource = rxResource({ stream: () => this.ask() });
  readonly raw = toSignal(this.client.chat(this.request).pipe(textDeltas(), accumulateText()));
  readonly rawResource = rxResource({
    stream: () => this.elsewhere.chat(this.request).pipe(textDeltas(), accumulateText(), defaultIfEmpty('')),
  });
  readonly far = toSignal(this.ask(this.elsewhere));
  readonly http = toSignal(this.ask(injectClient('http')));
  readonly chat = injectConversation({ request: { model: this.model } });

  constructor() {
    this.chat.send('Hello!');
  }

  ask(client = this.client): Observable<ChatView> {
    return client.chat(this.request).pipe(accumulateView({ retry: {} }), throttleRender());
  }
}
