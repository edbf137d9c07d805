import { inject, Injectable, InjectionToken } from '@angular/core';

/** Storage for what must survive a reload; `undefined` in a browser that allows none. */
export const LOCAL_STORAGE = new InjectionToken<Storage | undefined>('localStorage', {
  providedIn: 'root',
  factory: () => {
    try {
      return localStorage;
    } catch {
      return undefined;
    }
  },
});

/** Reads and writes JSON values by name, under a prefix of this page. A value that cannot be read is `undefined`. */
@Injectable({ providedIn: 'root' })
export class BrowserStorage {
  private readonly storage = inject(LOCAL_STORAGE);
  private readonly prefix = 'angular-chat/';

  /** Lists the names with a prefix. */
  names(beginning: string): readonly string[] {
    return Object.keys(this.storage ?? {})
      .filter((key) => key.startsWith(this.prefix + beginning))
      .map((key) => key.slice(this.prefix.length));
  }

  read(name: string): unknown {
    try {
      return JSON.parse(this.storage?.getItem(this.prefix + name) ?? '');
    } catch {
      return undefined;
    }
  }

  /** @returns Whether the value was saved: storage may be full or not allowed. */
  write(name: string, value: unknown): boolean {
    try {
      this.storage?.setItem(this.prefix + name, JSON.stringify(value));
      return this.storage !== undefined;
    } catch {
      return false;
    }
  }

  remove(name: string): void {
    this.storage?.removeItem(this.prefix + name);
  }
}
