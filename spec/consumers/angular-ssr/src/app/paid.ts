import { Component } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { accumulateView } from 'rxllm';
import { injectClient, injectConversation } from 'rxllm/angular';

/** Answers that the server asks for while it renders. */
@Component({
  selector: 'consumer-paid',
  template: `
    <p id="paid">{{ view()?.status }} {{ view()?.message?.content }}</p>
    <p id="paid-error">{{ view()?.error?.message }}</p>
    <p id="paid-conversation">{{ chat.last()?.status }} {{ chat.last()?.message?.content }}</p>
  `,
})
export class Paid {
  readonly client = injectClient('paid');
  readonly view = toSignal(
    this.client
      .chat({ model: 'answering', messages: [{ role: 'user', content: 'Hello!' }] })
      .pipe(accumulateView({ retry: {} })),
  );
  readonly chat = injectConversation({ client: 'paid', request: { model: 'answering' } });

  constructor() {
    this.chat.send('Hello!');
  }
}
