import { Component, type ElementRef, inject, signal, viewChild } from '@angular/core';
import { ConversationList } from './conversations/conversation-list';
import { ConversationStore } from './conversations/conversation-store';
import { ConversationPage } from './conversation/conversation-page';
import { isComposing } from './keyboard/is-composing';
import { SettingsPanel } from './settings/settings-panel';
import { SettingsStore } from './settings/settings-store';

/** The page: the list of conversations, and the open one. */
@Component({
  selector: 'chat-app',
  imports: [ConversationList, ConversationPage, SettingsPanel],
  host: { '(document:keydown.escape)': 'closeMenu($event)' },
  template: `
    <header class="bar">
      <button
        #menu
        type="button"
        class="menu"
        aria-controls="conversations"
        [attr.aria-expanded]="isMenuOpen()"
        (click)="isMenuOpen.set(!isMenuOpen())"
      >
        Conversations
      </button>
      <h1>Chat</h1>
      <span class="models">{{ settings.models().join(', ') }}</span>
      <button type="button" (click)="panel.open()">Settings</button>
    </header>
    <nav id="conversations" aria-label="Conversations" [class.open]="isMenuOpen()">
      <chat-conversation-list (chosen)="isMenuOpen.set(false)" />
    </nav>
    <main>
      @for (conversation of [store.current()]; track conversation.id) {
        <chat-conversation [conversation]="conversation" />
      }
    </main>
    <chat-settings-panel #panel />
  `,
})
export class ChatApp {
  protected readonly store = inject(ConversationStore);
  protected readonly settings = inject(SettingsStore);
  protected readonly isMenuOpen = signal(false);
  private readonly menu = viewChild.required<ElementRef<HTMLButtonElement>>('menu');

  closeMenu(event: Event): void {
    if (this.isMenuOpen() && !isComposing(event)) {
      // Tells the conversation that this Escape is already handled.
      event.preventDefault();
      this.isMenuOpen.set(false);
      this.menu().nativeElement.focus();
    }
  }
}
