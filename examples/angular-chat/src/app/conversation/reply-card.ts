import { Component, computed, input, output } from '@angular/core';
import type { StreamTiming, Turn } from 'rxllm';
import { MarkdownText } from '../markdown/markdown-text';
import { showName } from '../tools/show-text';
import { ToolCallCard } from '../tools/tool-call-card';
import { describeError } from './describe-error';
import { describeTiming } from './describe-timing';
import { partsOf } from './part';
import { RetryCountdown } from './retry-countdown';

/** One model's reply with its status. */
@Component({
  selector: 'chat-reply',
  imports: [MarkdownText, RetryCountdown, ToolCallCard],
  template: `
    <article class="reply" [attr.aria-label]="'Answer of ' + model()" [attr.aria-busy]="isRunning()">
      <h3>{{ model() }}</h3>
      @for (part of parts(); track $index) {
        @if (part.reasoning; as reasoning) {
          <details>
            <summary>Reasoning</summary>
            <p class="reasoning">{{ reasoning }}</p>
          </details>
        }
        @if (part.text; as text) {
          <div class="markdown" [chatMarkdown]="text" [isFinished]="!isRunning() || part.isWhole"></div>
        }
        @for (call of part.calls; track $index) {
          <chat-tool-call [call]="call" [isOver]="!isRunning()" />
        }
      }
      @switch (view().status) {
        @case ('waiting') {
          <p class="note waiting">Waiting for the first words …</p>
        }
        @case ('streaming') {
          @if (pause(); as pause) {
            <p class="note waiting">{{ pause }}</p>
          }
        }
        @case ('retrying') {
          @if (view().retry; as notice) {
            <chat-retry-countdown [notice]="notice" />
          }
        }
        @case ('stopped') {
          <p class="note">Stopped.</p>
        }
        @case ('failed') {
          <p class="failure">{{ failure() }}</p>
        }
        @case ('done') {
          @if (ending(); as ending) {
            <p class="note">{{ ending }}</p>
          }
        }
      }
      @if (!isRunning()) {
        <footer>
          @if (speed(); as speed) {
            <span class="timing">{{ speed }}</span>
          }
          @if (canRepeat()) {
            <button type="button" (click)="again.emit()">
              {{ view().status === 'failed' ? 'Try again' : 'Regenerate' }}
            </button>
          }
        </footer>
      }
    </article>
  `,
})
export class ReplyCard {
  readonly model = input.required<string>();
  readonly turn = input.required<Turn>();
  readonly timing = input<StreamTiming>();
  readonly canRepeat = input(false);
  /** Emits when the user wants the reply regenerated. */
  readonly again = output();

  readonly view = computed(() => this.turn().reply);
  readonly parts = computed(() => partsOf(this.view()));
  readonly isRunning = computed(() => ['queued', 'waiting', 'retrying', 'streaming'].includes(this.view().status));
  readonly failure = computed(() => describeError(this.view().error));
  readonly speed = computed(() => {
    const timing = this.timing();
    return timing === undefined ? '' : describeTiming(timing);
  });
  /** Why no text arrives although the reply goes on. */
  readonly pause = computed(() => {
    const { run, message } = this.view();
    if (run?.status === 'waiting') {
      return 'Waiting for the next words …';
    }
    const names = message.toolCalls.map(({ name }) => showName(name)).join(', ');
    return run?.status === 'streaming' && names !== '' ? `Preparing to call ${names} …` : '';
  });
  /** Why a finished answer is incomplete or empty. */
  readonly ending = computed(() => {
    const reason = this.view().message.finishReason;
    if (reason === 'length') {
      return 'The answer was cut off at the maximum length.';
    }
    if (reason === 'content_filter') {
      return 'A content filter of the server removed part of the answer.';
    }
    return this.parts().at(-1)?.text === '' ? 'The answer is empty.' : '';
  });
}
