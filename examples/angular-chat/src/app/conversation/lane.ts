import { type Injector, type Signal, signal, untracked } from '@angular/core';
import {
  type Client,
  type ConverseConfig,
  historyOf,
  measure,
  type RunnableTool,
  type StreamTiming,
  type Turn,
} from 'rxllm';
import { type ConversationRef, injectConversation } from 'rxllm/angular';
import type { SavedLane } from '../conversations/saved-conversation';

/** One model's part of a conversation: its prompts, its replies and their timings. */
export interface Lane extends Pick<ConversationRef, 'turns' | 'last' | 'status' | 'stop'> {
  readonly model: string;
  /** The timing of each reply, by the id of its turn; of a reply with tool calls, that of its last request. */
  readonly timings: Signal<Readonly<Record<string, StreamTiming>>>;
  /** The id of the turn last sent or regenerated since the page was opened. */
  readonly asked: Signal<string | undefined>;
  readonly send: (prompt: string, id: string) => void;
  readonly regenerate: (id: string) => void;
  /** Continues from what another tab saved. */
  readonly restore: (saved: SavedLane) => void;
}

/** What a lane needs from the page. */
export interface LaneConfig {
  readonly client: Client;
  readonly baseURL: Signal<string>;
  readonly tools: readonly RunnableTool[];
  /** Whether the model is offered the tools. */
  readonly lendsTools: Signal<boolean>;
  /** Decides whether a call may run. */
  readonly approve: NonNullable<ConverseConfig['approve']>;
  /** The turns before a given one. Where this model was not asked, another model's turn takes its place. */
  readonly turnsBefore: (id: string, model: string) => readonly Turn[];
  readonly injector: Injector;
}

/**
 * Creates a lane from saved turns, and takes up the answers that a relay goes on with. It ends when the injector is destroyed,
 * and leaves its answers to the relay.
 */
export function createLane(saved: SavedLane, config: LaneConfig): Lane {
  const { client, baseURL, tools, lendsTools, approve, turnsBefore, injector } = config;
  const { model } = saved;
  const timings = signal(saved.timings);
  const asked = signal<string | undefined>(undefined);
  const askedNow = (): string => untracked(asked) ?? '';
  /** A reply that is taken up later, and so not timed, must not keep the timing of an earlier one. */
  const forget = (id: string): void => timings.update(({ [id]: _, ...others }) => others);

  const conversation = injectConversation({
    injector,
    turns: saved.turns,
    request: { model },
    history: () => historyOf(turnsBefore(askedNow(), model)),
    tools,
    approve,
    client: {
      chat: ({ tools: offered, ...request }, options) => {
        forget(askedNow());
        return client
          .chat(untracked(lendsTools) ? { ...request, tools: offered } : request, {
            ...options,
            baseURL: untracked(baseURL),
          })
          .pipe(measure((timing) => timings.update((known) => ({ ...known, [askedNow()]: timing }))));
      },
      resumeStream: (id, options) => client.resumeStream(id, { ...options, baseURL: untracked(baseURL) }),
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
