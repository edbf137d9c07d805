import { Component, computed, type ElementRef, inject, signal, viewChild } from '@angular/core';
import { checkBaseUrl } from './check-base-url';
import { PAGE_TOOLS } from '../tools/page-tools';
import { ServerModels } from './server-models';
import { SettingsStore } from './settings-store';

/** A dialog to choose the server, the models, and whether these may call tools. */
@Component({
  selector: 'chat-settings-panel',
  template: `
    <dialog #dialog aria-labelledby="settings-title" (keydown.escape)="$event.stopPropagation()">
      <form (submit)="save($event)">
        <h2 id="settings-title">Settings</h2>
        <label for="base-url">Base URL</label>
        <input
          #address
          id="base-url"
          type="text"
          autocomplete="off"
          spellcheck="false"
          [value]="baseURL()"
          [attr.aria-invalid]="problem() ? true : null"
          aria-describedby="base-url-hint"
          (input)="baseURL.set(address.value)"
        />
        <p class="hint" id="base-url-hint">{{ problem() ?? 'This page holds no key: the server adds it.' }}</p>
        <fieldset>
          <legend>Models</legend>
          @for (model of offered(); track model) {
            <label class="choice">
              <input type="checkbox" [checked]="models().includes(model)" (change)="toggle(model)" />
              {{ model }}
            </label>
          }
          @if (models().length === 0) {
            <p class="hint">If none is chosen, the first model that the server lists is used.</p>
          }
          @if (server.problem(); as problem) {
            <p class="failure">{{ problem }}</p>
          }
          <label for="other-model">Another model</label>
          <input #other id="other-model" type="text" autocomplete="off" spellcheck="false" />
          <button type="button" (click)="add(other)">Add</button>
        </fieldset>
        <fieldset>
          <legend>Tools</legend>
          <label class="switch">
            <input type="checkbox" [checked]="lendsTools()" (change)="lendsTools.set(!lendsTools())" />
            Models may call {{ tools }}
          </label>
          <label class="switch">
            <input
              type="checkbox"
              [checked]="asksFirst()"
              [disabled]="!lendsTools()"
              (change)="asksFirst.set(!asksFirst())"
            />
            Ask me before each call
          </label>
        </fieldset>
        <div class="actions">
          <button type="button" (click)="dialog.close()">Cancel</button>
          <button type="submit" class="primary">Save</button>
        </div>
      </form>
    </dialog>
  `,
})
export class SettingsPanel {
  protected readonly server = inject(ServerModels);
  protected readonly tools = inject(PAGE_TOOLS)
    .map(({ name }) => name)
    .join(' and ');
  private readonly store = inject(SettingsStore);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  readonly baseURL = signal('');
  readonly models = signal<readonly string[]>([]);
  readonly lendsTools = signal(false);
  readonly asksFirst = signal(false);
  readonly problem = computed(() => checkBaseUrl(this.baseURL(), document.baseURI));
  readonly offered = computed(() => [...new Set([...this.server.names(), ...this.added()])]);
  /** Models chosen or added by name, which the server may not list. Each keeps its checkbox until the dialog is closed. */
  private readonly added = signal<readonly string[]>([]);

  open(): void {
    this.baseURL.set(this.store.baseURL());
    this.models.set(this.store.chosen());
    this.added.set(this.store.chosen());
    this.lendsTools.set(this.store.lendsTools());
    this.asksFirst.set(this.store.asksFirst());
    this.dialog().nativeElement.showModal();
  }

  toggle(model: string): void {
    this.models.update((chosen) =>
      chosen.includes(model) ? chosen.filter((other) => other !== model) : [...chosen, model],
    );
  }

  add(field: HTMLInputElement): void {
    const model = field.value.trim();
    if (model !== '') {
      this.added.update((known) => [...known, model]);
      this.models.update((chosen) => [...new Set([...chosen, model])]);
      field.value = '';
      field.focus();
    }
  }

  save(event: Event): void {
    event.preventDefault();
    if (this.problem() === undefined) {
      this.store.save({
        baseURL: this.baseURL(),
        models: this.models(),
        lendsTools: this.lendsTools(),
        asksFirst: this.asksFirst(),
      });
      this.dialog().nativeElement.close();
    }
  }
}
