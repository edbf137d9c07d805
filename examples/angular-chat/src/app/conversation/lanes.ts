import { computed, inject, Injectable, Injector, signal, untracked } from '@angular/core';
import type { Turn } from 'rxllm';
import { injectClient } from 'rxllm/angular';
import type { SavedLane } from '../conversations/saved-conversation';
import { SettingsStore } from '../settings/settings-store';
import { Approvals } from '../tools/approvals';
import { PAGE_TOOLS } from '../tools/page-tools';
import { createLane, type Lane } from './lane';
import { rowsOf } from './row';

/** A conversation with several models at once: each prompt goes to all chosen models, which answer independently. */
@Injectable()
export class Lanes {
  private readonly client = injectClient();
  private readonly injector = inject(Injector);
  private readonly settings = inject(SettingsStore);
  private readonly tools = inject(PAGE_TOOLS);
  private readonly approvals = inject(Approvals);
  private readonly open = signal<readonly Lane[]>([]);

  /** One lane per model, including models that are no longer asked. */
  readonly all = this.open.asReadonly();
  readonly rows = computed(() => rowsOf(this.open()));
  private readonly tookUp = signal(false);
  /** Whether a prompt was sent, a reply regenerated, or one in flight taken up, since the page was opened. */
  readonly wasAsked = computed(() => this.tookUp() || this.open().some(({ asked }) => asked() !== undefined));
  readonly isBusy = computed(() => this.open().some(({ status }) => status() === 'busy'));

  /** Continues from the lanes saved earlier or in another tab, and takes up the replies in flight. */
  restore(saved: readonly SavedLane[]): void {
    const known = this.open();
    known.forEach((lane) => saved.filter(({ model }) => model === lane.model).forEach((newer) => lane.restore(newer)));
    const others = saved.filter(({ model }) => known.every((lane) => lane.model !== model));
    this.open.set([...known, ...others.map((lane) => this.create(lane))]);
    this.tookUp.update((before) => before || this.isBusy());
  }

  /** Sends a prompt to every chosen model. The ids of turns are times, so that they have the same order in all tabs. */
  send(prompt: string): void {
    const id = String(Math.max(Date.now(), Number(this.rows().at(-1)?.id ?? 0) + 1));
    const lanes = this.settings.models().map((model) => this.laneOf(model));
    lanes.forEach((lane) => lane.send(prompt, id));
  }

  stop(): void {
    this.open().forEach((lane) => lane.stop());
  }

  regenerate(model: string, id: string): void {
    this.laneOf(model).regenerate(id);
  }

  private laneOf(model: string): Lane {
    const known = this.open().find((lane) => lane.model === model);
    if (known !== undefined) {
      return known;
    }
    const lane = this.create({ model, turns: [], timings: {} });
    this.open.update((lanes) => [...lanes, lane]);
    return lane;
  }

  private create(saved: SavedLane): Lane {
    return createLane(saved, {
      client: this.client,
      baseURL: this.settings.baseURL,
      tools: this.tools,
      lendsTools: this.settings.lendsTools,
      approve: this.approvals.approve,
      turnsBefore: (id, model) => untracked(() => this.turnsBefore(id, model)),
      injector: this.injector,
    });
  }

  private turnsBefore(id: string, model: string): readonly Turn[] {
    const earlier = this.rows().filter((row) => Number(row.id) < Number(id));
    return earlier.flatMap(({ replies }) => {
      const { turn } = replies.find((reply) => reply.model === model) ?? replies[0] ?? {};
      return turn === undefined ? [] : [turn];
    });
  }
}
