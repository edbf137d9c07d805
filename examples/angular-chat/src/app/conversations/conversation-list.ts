import { Component, type ElementRef, inject, output, viewChild } from '@angular/core';
import { ConversationStore } from './conversation-store';

/** The conversations of this browser, to open and to delete. */
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
      <p class="failure">This browser keeps no more: what is new will be lost with the page.</p>
    }
  `,
})
export class ConversationList {
  readonly chosen = output();

  protected readonly store = inject(ConversationStore);
  private readonly begin = viewChild.required<ElementRef<HTMLButtonElement>>('begin');

  remove(id: string, title: string): void {
    if (confirm(`Delete “${title}”?`)) {
      // Its button goes with it; where the open one was deleted, the next one takes the focus.
      this.begin().nativeElement.focus();
      this.store.remove(id);
    }
  }
}
