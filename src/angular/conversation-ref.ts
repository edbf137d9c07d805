import type { Injector, Signal } from '@angular/core';
import type { Client } from '../client/create-client.js';
import type { RetryNotice } from '../operators/retry-with-backoff.js';
import type { UserContent } from '../schemas/chat-message.js';
import type { ChatView } from '../views/chat-view.js';
import type { ConverseConfig } from '../views/converse-config.js';
import type { Turn } from '../views/conversation.js';

/** How {@link injectConversation} asks, and how often it shows what came. */
export interface ConversationConfig extends ConverseConfig {
  /** The client to ask, or the name it is provided under. Default the client that is provided without a name. */
  readonly client?: string | Pick<Client, 'chat'> | undefined;
  /**
   * Milliseconds between two changes of the signals while replies come, or `false` to show every chunk. Default the next
   * animation frame, as in `throttleRender`.
   */
  readonly throttle?: number | false | undefined;
  /** Where the client comes from, and whose end ends the conversation. Default the injector of the injection context. */
  readonly injector?: Injector | undefined;
}

/** A conversation as signals for a template, and what a user does in it. */
export interface ConversationRef {
  /** In the order of the prompts; a turn that did not change is the same object as before. */
  readonly turns: Signal<readonly Turn[]>;
  /** The reply of the last turn; `undefined` while there is none. */
  readonly last: Signal<ChatView | undefined>;
  /** `busy` while a reply is in flight. */
  readonly status: Signal<'idle' | 'busy'>;
  /** What went wrong with the last reply, until it is regenerated or another follows. */
  readonly error: Signal<unknown>;
  /** When and why the last reply is asked for again, while that is waited for. */
  readonly retry: Signal<RetryNotice | undefined>;
  /** Sends a prompt; its turn gets the id, if there is one. Throws `TypeError` for what is no prompt. */
  readonly send: (content: UserContent, id?: string) => void;
  /** Stops the replies in flight and the queued ones, or the one of `id`. */
  readonly stop: (id?: string) => void;
  /** Asks the last prompt again, or that of `id`; also to try again what has failed. */
  readonly regenerate: (id?: string) => void;
  /** Ends everything and goes on from `turns`, none by default. */
  readonly reset: (turns?: readonly Turn[]) => void;
}
