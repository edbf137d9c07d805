import { Component, computed, input } from '@angular/core';
import { describeError } from './describe-error';
import type { Lane } from './lane';

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
  readonly lanes = input.required<readonly Lane[]>();

  readonly announcements = computed(() =>
    this.lanes()
      .filter(({ asked }) => asked() !== undefined)
      .map((lane) => ({ model: lane.model, text: announce(lane) })),
  );
}

function announce({ model, last }: Lane): string {
  const view = last();
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
      return `${model} answered: ${view.message.content || view.message.refusal}`;
    default:
      return '';
  }
}
