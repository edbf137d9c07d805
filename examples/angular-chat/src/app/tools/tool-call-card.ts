import { Component, computed, type ElementRef, inject, input, viewChild } from '@angular/core';
import type { RunCall } from 'rxllm';
import { Approvals, isDenial } from './approvals';
import { ForeignText } from './foreign-text';
import { indentJson, showName, showProgress } from './show-text';

/** A call of a tool: what the model asks for, whether it may, and what came of it. */
@Component({
  selector: 'chat-tool-call',
  imports: [ForeignText],
  template: `
    <div #card class="call" role="group" tabindex="-1" [attr.aria-label]="'Call of ' + name()">
      <p class="call-title">
        <bdi>{{ name() }}</bdi>&ngsp;<span class="note">{{ state() }}</span>
      </p>
      @if (given(); as text) {
        <chat-foreign-text label="Arguments" [text]="text" [isOpen]="isAsked()" />
      }
      @if (isAsked()) {
        <div class="choices">
          <button type="button" class="primary" (click)="answer(true)">Approve</button>
          <button type="button" (click)="answer(false)">Deny</button>
        </div>
      }
      @if (progress(); as text) {
        <p class="note progress">{{ text }}</p>
      }
      @if (call().status === 'done') {
        <chat-foreign-text label="Result" [text]="told()" [isFolded]="true" />
      } @else if (told(); as text) {
        <p class="note">The model was told:</p>
        <chat-foreign-text label="Failure" [text]="text" />
      }
    </div>
  `,
})
export class ToolCallCard {
  readonly call = input.required<RunCall>();
  /** Whether the reply has ended, so that what still waits or runs was stopped. */
  readonly isOver = input(false);

  private readonly approvals = inject(Approvals);
  private readonly card = viewChild.required<ElementRef<HTMLElement>>('card');

  readonly name = computed(() => showName(this.call().call.name));
  readonly given = computed(() => indentJson(this.call().call.arguments));
  /** What the model was told. */
  readonly told = computed(() => indentJson(this.call().content ?? ''));
  readonly isAsked = computed(() => this.approvals.isAsked(this.call().call));
  readonly progress = computed(() => {
    const { status, progress } = this.call();
    return status === 'running' && progress !== undefined ? showProgress(progress) : '';
  });
  readonly state = computed(() => {
    const { status, error } = this.call();
    switch (status) {
      case 'waiting':
        return this.isOver() ? 'stopped before it ran' : this.isAsked() ? 'waits for your approval' : 'waits';
      case 'running':
        return this.isOver() ? 'stopped while it ran' : 'is running';
      case 'done':
        return 'done';
      case 'failed':
        return isDenial(error) ? 'denied' : 'failed';
    }
  });

  /** The buttons disappear, so the focus moves to the card: the next call, or its buttons, is one Tab away. */
  answer(isAllowed: boolean): void {
    this.card().nativeElement.focus();
    const { call } = this.call();
    if (isAllowed) {
      this.approvals.allow(call);
    } else {
      this.approvals.deny(call);
    }
  }
}
