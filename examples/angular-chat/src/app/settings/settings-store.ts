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

  /** The chosen models; may be empty. */
  readonly chosen = computed(() => this.saved().models);

  /** Whether models may call the tools of this page. */
  readonly lendsTools = computed(() => this.saved().lendsTools);

  /** Whether the user is asked before each call. */
  readonly asksFirst = computed(() => this.saved().asksFirst);

  /** The models to ask: the chosen ones, or the server's first. Empty until the server has listed its models. */
  readonly models = computed(() => {
    const chosen = this.chosen();
    return chosen.length > 0 ? chosen : this.server.names().slice(0, 1);
  });

  /** Why there is no model to ask; empty if there is one. */
  readonly problem = computed(() => (this.models().length > 0 ? '' : this.server.problem()));

  constructor() {
    this.connect();
  }

  /** Loads the models of the server, also to try again after a failure. */
  connect(): void {
    this.server.load(this.baseURL());
  }

  save(settings: Settings): void {
    this.saved.set(settings);
    this.storage.write('settings', settings);
    this.connect();
  }
}
