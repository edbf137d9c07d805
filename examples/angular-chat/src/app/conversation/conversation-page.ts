import { afterNextRender, Component, DestroyRef, inject, input, type OnInit, viewChild } from '@angular/core';
import { ConversationStore } from '../conversations/conversation-store';
import type { SavedConversation } from '../conversations/saved-conversation';
import { isComposing } from '../keyboard/is-composing';
import { SettingsStore } from '../settings/settings-store';
import { Announcements } from './announcements';
import { Composer } from './composer';
import { Lanes } from './lanes';
import { ReplyCard } from './reply-card';
import { saveConversation } from './save-conversation';
import { StickToEnd } from './stick-to-end';

/** A conversation: each prompt with the answers side by side below it, and the field for the next prompt. */
@Component({
  selector: 'chat-conversation',
  imports: [Announcements, Composer, ReplyCard, StickToEnd],
  providers: [Lanes],
  host: { '(document:keydown.escape)': 'stopWithEscape($event)' },
  template: `
    <div
      class="transcript"
      chatStickToEnd
      #transcript="chatStickToEnd"
      tabindex="0"
      role="log"
      aria-live="off"
      aria-label="Conversation"
    >
      @for (row of lanes.rows(); track row.id) {
        <section class="row">
          <h2 class="visually-hidden">Prompt {{ $index + 1 }}</h2>
          <p class="prompt">{{ row.prompt }}</p>
          <div class="replies">
            @for (reply of row.replies; track reply.model) {
              <chat-reply
                [model]="reply.model"
                [turn]="reply.turn"
                [timing]="reply.timing"
                [canRepeat]="reply.isLast"
                (again)="again(reply.model, row.id)"
              />
            }
          </div>
        </section>
      } @empty {
        <p class="welcome">Ask, and {{ names() }} will answer.</p>
      }
    </div>
    <chat-announcements [lanes]="lanes.all()" />
    @if (settings.problem(); as problem) {
      <div class="unreachable" role="alert">
        <p class="failure">{{ problem }}</p>
        <button type="button" (click)="settings.connect()">Connect again</button>
      </div>
    }
    <chat-composer
      [isBusy]="lanes.isBusy()"
      [isReady]="settings.models().length > 0"
      (sent)="lanes.send($event); transcript.toEnd()"
      (stopped)="lanes.stop()"
    />
  `,
})
export class ConversationPage implements OnInit {
  readonly conversation = input.required<SavedConversation>();

  protected readonly lanes = inject(Lanes);
  protected readonly settings = inject(SettingsStore);
  private readonly composer = viewChild.required(Composer);

  constructor() {
    const store = inject(ConversationStore);
    // Before the lanes, which would leave their answers to the relay.
    inject(DestroyRef).onDestroy(() => {
      if (store.isDeleted(this.conversation().id)) {
        this.lanes.stop();
      }
    });
    saveConversation(this.lanes, () => this.conversation());
    afterNextRender(() => this.composer().focus());
  }

  ngOnInit(): void {
    this.lanes.restore(this.conversation().lanes);
  }

  /** Ignores an Escape that cancels an input method or has closed the menu. */
  stopWithEscape(event: Event): void {
    if (!isComposing(event) && !event.defaultPrevented) {
      this.lanes.stop();
    }
  }

  /** Regenerates a reply. Its button disappears while the reply streams, so the focus moves to the prompt field. */
  again(model: string, id: string): void {
    this.lanes.regenerate(model, id);
    this.composer().focus();
  }

  names(): string {
    return this.settings.models().join(' and ') || 'the server';
  }
}
