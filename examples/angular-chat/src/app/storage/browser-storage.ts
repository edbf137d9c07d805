import { inject, Injectable, InjectionToken } from '@angular/core';

/** Where the page keeps what a reload must not lose; `undefined` in a browser that allows no storage. */
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

/** JSON values by name, in this page's part of the storage. What cannot be read is `undefined`. */
@Injectable({ providedIn: 'root' })
export class BrowserStorage {
  private readonly storage = inject(LOCAL_STORAGE);
  private readonly prefix = 'angular-chat/';

  /** The names that begin so. */
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

  /** @returns Whether it is kept: storage may be full, or not allowed. */
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
