import type { UserContent } from '../schemas/chat-message.js';
import type { ChatView } from './chat-view.js';

/**
 * What a user does in a conversation. A string is a prompt, like `send` without an id. `stop` ends the replies in flight
 * and those that are queued, or the one of `id`. `regenerate` asks the last prompt again, or that of `id`. `reset` ends
 * everything and goes on from `turns`, none by default.
 */
export type ConversationCommand =
  | string
  | { readonly type: 'send'; readonly content: UserContent; readonly id?: string | undefined }
  | { readonly type: 'stop'; readonly id?: string | undefined }
  | { readonly type: 'regenerate'; readonly id?: string | undefined }
  | { readonly type: 'reset'; readonly turns?: readonly Turn[] | undefined };

/** A prompt and the reply to it. Immutable. */
export interface Turn {
  readonly id: string;
  readonly prompt: UserContent;
  readonly reply: ChatView;
}

/** A conversation as one value for a screen. Immutable; a turn that did not change is the same object as before. */
export interface ConversationView {
  /** In the order of the prompts. */
  readonly turns: readonly Turn[];
  /** The ids of the turns whose replies are in flight. */
  readonly active: readonly string[];
  /** `busy` while a reply is in flight. */
  readonly status: 'idle' | 'busy';
  /** The reply of the last turn; missing while there is none. */
  readonly last?: ChatView;
}
