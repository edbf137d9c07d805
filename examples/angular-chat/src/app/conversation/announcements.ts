import { Component, computed, inject, input } from '@angular/core';
import type { ChatView } from 'rxllm';
import { Approvals } from '../tools/approvals';
import { showName } from '../tools/show-text';
import { describeError } from './describe-error';
import type { Lane } from './lane';
import { partsOf } from './part';

/** Announces the progress of each model to screen readers: once per change of status, not per chunk. */
@Component({
  selector: 'chat-announcements',
  template: `
    <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="false">
      @for (announcement of announcements(); track announcement.model) {
        <p>{{ announcement.text }}</p>
      }
    </div>
  `,
})
export class Announcements {
  private readonly approvals = inject(Approvals);

  readonly lanes = input.required<readonly Lane[]>();

  readonly announcements = computed(() =>
    this.lanes()
      .filter(({ asked }) => asked() !== undefined)
      .map((lane) => ({ model: lane.model, text: this.announce(lane) })),
  );

  private announce({ model, last }: Lane): string {
    const view = last();
    const calls = view?.run?.turns.at(-1)?.calls ?? [];
    const asked = calls.filter(({ call }) => this.approvals.isAsked(call)).map(({ call }) => showName(call.name));
    return asked.length > 0 ? `${model} wants to call ${asked.join(', ')}.` : announce(model, view);
  }
}

function announce(model: string, view: ChatView | undefined): string {
  switch (view?.status) {
    case 'waiting':
    case 'queued':
      return `${model} was asked.`;
    case 'streaming':
      return `${model} is answering.`;
    case 'retrying':
      return `${model} will be asked again in ${Math.ceil((view.retry?.delay ?? 0) / 1000)} seconds.`;
    case 'stopped':
      return `${model} was stopped.`;
    case 'failed':
      return `${model} failed: ${describeError(view.error)}`;
    case 'done':
      return `${model} answered: ${partsOf(view)
        .flatMap(({ text }) => text || [])
        .join('\n')}`;
    default:
      return '';
  }
}
