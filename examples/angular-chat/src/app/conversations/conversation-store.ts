import { computed, inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { fromEvent } from 'rxjs';
import { BrowserStorage } from '../storage/browser-storage';
import { type HeldConversation, mergeConversation } from './merge-conversation';
import { isSavedConversation, type SavedConversation } from './saved-conversation';

/** The conversations saved in this browser. The URL fragment holds the id of the open one, so that a reload keeps it. */
@Injectable({ providedIn: 'root' })
export class ConversationStore {
  private readonly storage = inject(BrowserStorage);
  /** Ids once found in storage. One that is missing now was deleted, maybe in another tab, and is not saved again. */
  private readonly seen = new Set<string>();
  private readonly saved = signal(this.readAll());
  private readonly opened = signal(this.open(addressed()));
  private readonly isFull = signal(false);

  /** All conversations with a prompt, newest first. */
  readonly list = computed(() => [...this.saved()].sort((one, other) => other.updated - one.updated));
  /** The conversation on the screen, as it was when it was opened. */
  readonly current = this.opened.asReadonly();
  /** Whether the last change could not be saved. */
  readonly isUnsaved = this.isFull.asReadonly();

  constructor() {
    fromEvent(window, 'hashchange')
      .pipe(takeUntilDestroyed())
      .subscribe(() => this.follow());
    // Fires when another tab changes the storage.
    fromEvent(window, 'storage')
      .pipe(takeUntilDestroyed())
      .subscribe(() => this.look());
  }

  /** @returns The saved conversation, merged with the changes of other tabs; `undefined` if it could not be saved. */
  save(held: HeldConversation): SavedConversation | undefined {
    const { isOwn: _, ...alone } = held;
    const stored = this.read(held.id);
    if (stored === undefined && this.seen.has(held.id)) {
      return undefined;
    }
    const conversation = stored === undefined ? alone : mergeConversation(held, stored);
    const isKept = this.storage.write(nameOf(conversation.id), conversation);
    if (isKept) {
      this.seen.add(conversation.id);
    }
    this.isFull.set(!isKept);
    this.saved.update((known) => [...known.filter(({ id }) => id !== conversation.id), conversation]);
    if (addressed() === '' && conversation.id === this.current().id) {
      history.replaceState(null, '', `#${conversation.id}`);
    }
    return isKept ? conversation : undefined;
  }

  /** Opens a new conversation. */
  start(): void {
    history.pushState(null, '', '#');
    this.opened.set(this.open(''));
  }

  remove(id: string): void {
    this.seen.add(id);
    this.storage.remove(nameOf(id));
    this.saved.update((known) => known.filter((conversation) => conversation.id !== id));
    if (id === this.current().id) {
      this.start();
    }
  }

  /** Whether a conversation was saved once, and is not any more. */
  isDeleted(id: string): boolean {
    return this.seen.has(id) && this.read(id) === undefined;
  }

  private look(): void {
    this.saved.set(this.readAll());
    if (this.isDeleted(this.current().id)) {
      this.start();
    }
  }

  private follow(): void {
    if (addressed() !== this.current().id) {
      this.opened.set(this.open(addressed()));
    }
  }

  private open(id: string): SavedConversation {
    const saved = this.read(id);
    if (saved !== undefined) {
      return saved;
    }
    if (id !== '') {
      // The conversation is gone: clear the fragment, so that the new one can set its own id.
      history.replaceState(null, '', '#');
    }
    return { id: createId(), title: '', updated: 0, lanes: [] };
  }

  private readAll(): readonly SavedConversation[] {
    return this.storage
      .names(nameOf(''))
      .map((name) => this.read(name.slice(nameOf('').length)))
      .filter((saved) => saved !== undefined);
  }

  /** Reads a saved conversation. One that holds another id is ignored, since saving it would overwrite that one. */
  read(id: string): SavedConversation | undefined {
    const saved = this.storage.read(nameOf(id));
    if (!isSavedConversation(saved) || saved.id !== id) {
      return undefined;
    }
    this.seen.add(id);
    return saved;
  }
}

function nameOf(id: string): string {
  return `conversation/${id}`;
}

function addressed(): string {
  return location.hash.slice(1);
}

/** `crypto.randomUUID` exists in secure contexts only, not when a phone opens the page over plain HTTP. */
function createId(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join('-');
}
