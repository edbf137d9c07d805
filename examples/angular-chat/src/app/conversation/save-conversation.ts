import { computed, DestroyRef, inject, untracked } from '@angular/core';
import { takeUntilDestroyed, toObservable } from '@angular/core/rxjs-interop';
import { filter, fromEvent, map, merge, skip, tap } from 'rxjs';
import { throttleRender, type Turn } from 'rxllm';
import { ConversationStore } from '../conversations/conversation-store';
import type { HeldConversation } from '../conversations/merge-conversation';
import { type SavedConversation, toSavedTurn } from '../conversations/saved-conversation';
import type { Lanes } from './lanes';

/**
 * Saves a conversation as it changes: at most once a second, when the relay begins an answer, when the page is left, and when
 * another conversation is opened. Changes made in other tabs are applied as soon as no answer is in flight here.
 */
export function saveConversation(lanes: Lanes, conversation: () => SavedConversation): void {
  const store = inject(ConversationStore);
  /** The turns as they were last saved or read. Turns are immutable: one that is another object has changed here. */
  let known: ReadonlySet<Turn> = new Set();
  const note = (): void => {
    known = new Set(turnsOf(lanes));
  };
  const takeOver = (stored: SavedConversation, held: SavedConversation): void => {
    if (!lanes.isBusy() && JSON.stringify(stored.lanes) !== JSON.stringify(held.lanes)) {
      lanes.restore(stored.lanes);
      note();
    }
  };

  let isChanged = false;
  const flush = (): void => {
    if (isChanged) {
      isChanged = false;
      const held = snapshot(lanes, conversation(), known);
      const kept = turnsOf(lanes).some((turn) => !known.has(turn)) ? store.save(held) : undefined;
      if (kept !== undefined) {
        note();
        takeOver(kept, held);
      }
    }
  };
  const look = (): void => {
    flush();
    const stored = store.read(conversation().id);
    if (stored !== undefined) {
      takeOver(stored, snapshot(lanes, conversation(), known));
    }
  };
  const changes = toObservable(lanes.rows).pipe(
    // What is there at first was read just now.
    map((_, index) => index > 0 && lanes.wasAsked()),
    tap((isOwn) => {
      if (!isOwn) {
        note();
      }
    }),
    filter((isOwn) => isOwn),
    map(() => (isChanged = true)),
    throttleRender(1000),
  );
  // With the id of its stream, an answer is taken up again after a reload.
  const streams = computed(() =>
    turnsOf(lanes)
      .flatMap(({ reply }) => reply.streamId ?? [])
      .join(),
  );
  const begun = toObservable(streams).pipe(
    skip(1),
    filter(() => isChanged),
  );
  merge(changes, begun, fromEvent(window, 'pagehide'))
    .pipe(takeUntilDestroyed())
    .subscribe(() => untracked(flush));
  fromEvent(window, 'storage')
    .pipe(takeUntilDestroyed())
    .subscribe(() => untracked(look));
  inject(DestroyRef).onDestroy(() => untracked(flush));
}

function turnsOf(lanes: Lanes): readonly Turn[] {
  return lanes.all().flatMap(({ turns }) => turns());
}

function snapshot(lanes: Lanes, { id, title }: SavedConversation, known: ReadonlySet<Turn>): HeldConversation {
  const prompt = lanes.rows()[0]?.prompt ?? '';
  const own = lanes.all().flatMap(({ model, turns }) =>
    turns()
      .filter((turn) => !known.has(turn))
      .map((turn) => `${turn.id} ${model}`),
  );
  const isOwn = new Set(own);
  return {
    id,
    title: title || prompt.replace(/\s+/gu, ' ').slice(0, 60),
    updated: Date.now(),
    lanes: lanes.all().map(({ model, turns, timings }) => ({
      model,
      turns: turns().map(toSavedTurn),
      timings: timings(),
    })),
    isOwn: (model, turn) => isOwn.has(`${turn} ${model}`),
  };
}
