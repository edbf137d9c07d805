import { DestroyRef, inject, untracked } from '@angular/core';
import { takeUntilDestroyed, toObservable } from '@angular/core/rxjs-interop';
import { filter, fromEvent, map, merge } from 'rxjs';
import { throttleRender } from 'rxllm';
import { ConversationStore } from '../conversations/conversation-store';
import { type SavedConversation, toSavedTurn } from '../conversations/saved-conversation';
import type { Lanes } from './lanes';

/** Keeps a conversation as it goes: at most once a second, when the page is left, and when another one is opened. */
export function saveConversation(lanes: Lanes, conversation: () => SavedConversation): void {
  const store = inject(ConversationStore);
  const save = (): void => untracked(() => store.save(snapshot(lanes, conversation())));

  let isChanged = false;
  const flush = (): void => {
    if (isChanged) {
      isChanged = false;
      save();
    }
  };
  const changes = toObservable(lanes.rows).pipe(
    filter(() => lanes.wasAsked()),
    map(() => (isChanged = true)),
    throttleRender(1000),
  );
  merge(changes, fromEvent(window, 'pagehide')).pipe(takeUntilDestroyed()).subscribe(flush);
  inject(DestroyRef).onDestroy(flush);
}

function snapshot(lanes: Lanes, { id, title }: SavedConversation): SavedConversation {
  const prompt = lanes.rows()[0]?.prompt ?? '';
  return {
    id,
    title: title || prompt.replace(/\s+/gu, ' ').slice(0, 60),
    updated: Date.now(),
    lanes: lanes.all().map(({ model, turns, timings }) => ({
      model,
      turns: turns().map(toSavedTurn),
      timings: timings(),
    })),
  };
}
