import { computed, DOCUMENT, inject, Injectable, signal } from '@angular/core';
import { BrowserStorage } from '../storage/browser-storage';
import { ServerModels } from './server-models';
import { type Settings, toSettings } from './settings';

/** The settings, kept across reloads. */
@Injectable({ providedIn: 'root' })
export class SettingsStore {
  private readonly storage = inject(BrowserStorage);
  private readonly server = inject(ServerModels);
  private readonly saved = signal(toSettings(this.storage.read('settings'), inject(DOCUMENT).baseURI));

  readonly baseURL = computed(() => this.saved().baseURL);

  /** The models that were chosen, which may be none. */
  readonly chosen = computed(() => this.saved().models);

  /** The models to ask: those that were chosen, or the first of the server. Empty until it has told. */
  readonly models = computed(() => {
    const chosen = this.chosen();
    return chosen.length > 0 ? chosen : this.server.names().slice(0, 1);
  });

  /** Why there is nobody to ask; empty when there is. */
  readonly problem = computed(() => (this.models().length > 0 ? '' : this.server.problem()));

  constructor() {
    this.connect();
  }

  /** Asks the server for its models, again if need be. */
  connect(): void {
    this.server.load(this.baseURL());
  }

  save(settings: Settings): void {
    this.saved.set(settings);
    this.storage.write('settings', settings);
    this.connect();
  }
}
