import { Component, type ElementRef, inject, output, viewChild } from '@angular/core';
import { ConversationStore } from './conversation-store';

/** Lists the conversations saved in this browser, to open or delete. */
@Component({
  selector: 'chat-conversation-list',
  template: `
    <button #begin type="button" class="new" (click)="store.start(); chosen.emit()">New conversation</button>
    <ul>
      @for (conversation of store.list(); track conversation.id) {
        <li>
          <a
            [href]="'#' + conversation.id"
            [attr.aria-current]="conversation.id === store.current().id ? 'page' : null"
            (click)="chosen.emit()"
            >{{ conversation.title }}</a
          >
          <button
            type="button"
            class="delete"
            [attr.aria-label]="'Delete ' + conversation.title"
            (click)="remove(conversation.id, conversation.title)"
          >
            ✕
          </button>
        </li>
      }
    </ul>
    @if (store.isUnsaved()) {
      <p class="failure">The browser could not save the last change: it will be lost when you close this page.</p>
    }
  `,
})
export class ConversationList {
  readonly chosen = output();

  protected readonly store = inject(ConversationStore);
  private readonly begin = viewChild.required<ElementRef<HTMLButtonElement>>('begin');

  remove(id: string, title: string): void {
    if (confirm(`Delete “${title}”?`)) {
      // The delete button disappears, so move the focus; if this was the open conversation, the new one takes it.
      this.begin().nativeElement.focus();
      this.store.remove(id);
    }
  }
}
