import { Component, type ElementRef, input, output, signal, viewChild } from '@angular/core';
import { isComposing } from '../keyboard/is-composing';

/** The prompt field: Enter sends, Shift+Enter starts a new line. */
@Component({
  selector: 'chat-composer',
  template: `
    <form class="composer" (submit)="send($event)">
      <textarea
        #field
        rows="1"
        aria-label="Message"
        placeholder="Ask something"
        aria-describedby="composer-keys"
        [value]="draft()"
        (input)="draft.set(field.value)"
        (keydown)="sendWithEnter($event)"
      ></textarea>
      @if (isBusy()) {
        <button type="button" class="primary" (click)="halt()">Stop</button>
      } @else {
        <button type="submit" class="primary" [disabled]="!canSend()">Send</button>
      }
    </form>
    <p class="hint" id="composer-keys">Enter sends, Shift+Enter starts a new line, Escape stops.</p>
  `,
})
export class Composer {
  readonly isBusy = input.required<boolean>();
  /** Whether there is a model to ask. */
  readonly isReady = input.required<boolean>();
  readonly sent = output<string>();
  readonly stopped = output();

  readonly draft = signal('');
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');

  canSend(): boolean {
    return this.isReady() && !this.isBusy() && this.draft().trim() !== '';
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  sendWithEnter(event: KeyboardEvent): void {
    if (event.key === 'Enter' && !event.shiftKey && !isComposing(event)) {
      this.send(event);
    }
  }

  send(event: Event): void {
    event.preventDefault();
    if (this.canSend()) {
      this.sent.emit(this.draft().trim());
      this.draft.set('');
      this.focus();
    }
  }

  /** Stops the replies. The Stop button disappears, so the focus moves to the prompt field. */
  halt(): void {
    this.stopped.emit();
    this.focus();
  }
}
