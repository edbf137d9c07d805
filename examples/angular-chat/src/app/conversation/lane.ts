import { type Injector, type Signal, signal, untracked } from '@angular/core';
import { type Client, historyOf, measure, type StreamTiming, type Turn } from 'rxllm';
import { type ConversationRef, injectConversation } from 'rxllm/angular';
import type { SavedLane } from '../conversations/saved-conversation';

/** One model's part of a conversation: the prompts it was sent, its replies and how long they took. */
export interface Lane extends Pick<ConversationRef, 'turns' | 'last' | 'status' | 'stop'> {
  readonly model: string;
  /** How each reply went, by the id of its turn. */
  readonly timings: Signal<Readonly<Record<string, StreamTiming>>>;
  /** The turn that was asked last, since the page was opened. */
  readonly asked: Signal<string | undefined>;
  readonly send: (prompt: string, id: string) => void;
  readonly regenerate: (id: string) => void;
  /** Goes on with what another tab saved of it. */
  readonly restore: (saved: SavedLane) => void;
}

/** What a lane needs to know of the page around it. */
export interface LaneConfig {
  readonly client: Client;
  readonly baseURL: Signal<string>;
  /** The turns of all models that come before one; those of other models stand in where this one was not asked. */
  readonly turnsBefore: (id: string, model: string) => readonly Turn[];
  readonly injector: Injector;
}

/** Goes on with what was saved of a lane. It ends, with its requests, when the injector does. */
export function createLane(saved: SavedLane, { client, baseURL, turnsBefore, injector }: LaneConfig): Lane {
  const { model } = saved;
  const timings = signal(saved.timings);
  const asked = signal<string | undefined>(undefined);
  const askedNow = (): string => untracked(asked) ?? '';

  const conversation = injectConversation({
    injector,
    turns: saved.turns,
    request: { model },
    history: () => historyOf(turnsBefore(askedNow(), model)),
    client: {
      chat: (request) =>
        client
          .chat(request, { baseURL: untracked(baseURL) })
          .pipe(measure((timing) => timings.update((known) => ({ ...known, [askedNow()]: timing })))),
    },
  });

  return {
    ...conversation,
    model,
    timings: timings.asReadonly(),
    asked: asked.asReadonly(),
    send: (prompt, id) => {
      asked.set(id);
      conversation.send(prompt, id);
    },
    regenerate: (id) => {
      asked.set(id);
      conversation.regenerate(id);
    },
    restore: (newer) => {
      timings.set(newer.timings);
      conversation.reset(newer.turns);
    },
  };
}
