import type { SchedulerLike } from 'rxjs';
import type { RetryConfig } from '../operators/retry-with-backoff.js';
import type { ChatCompletionRequest } from '../schemas/chat-completion-request.js';
import type { ChatMessage } from '../schemas/chat-message.js';
import type { Turn } from './conversation.js';

/**
 * What becomes of a prompt while a reply is in flight, by the name of the flattening operator that does the same:
 * `switch` stops that reply, `queue` waits for it (`concatMap`), `exhaust` ignores the prompt, `parallel` answers both
 * (`mergeMap`).
 */
export type ConversationPolicy = 'switch' | 'queue' | 'exhaust' | 'parallel';

/** A request without its messages, which the conversation adds. */
export type ConversationRequest = {
  readonly [Key in keyof ChatCompletionRequest as Key extends 'messages' ? never : Key]: ChatCompletionRequest[Key];
} & {
  // Said, because requests take fields of any name.
  readonly messages?: never;
};

/** How `converse` asks, and what it starts from. */
export interface ConverseConfig {
  /**
   * The model and whatever else belongs to each request; or a function that gives it, called before each reply with
   * the turns the model will see, the one to be answered last.
   */
  readonly request: ConversationRequest | ((turns: readonly Turn[]) => ConversationRequest);
  /** Instructions, sent as the first message of each request. */
  readonly system?: string | undefined;
  /** What becomes of a prompt while a reply is in flight. Default `switch`. */
  readonly policy?: ConversationPolicy | undefined;
  /**
   * The messages to send between `system` and the prompt, made of the finished turns before it. Called before each
   * reply. Default {@link historyOf}, which leaves out turns whose reply failed or is empty.
   */
  readonly history?: ((turns: readonly Turn[]) => readonly ChatMessage[]) | undefined;
  /** The turns to go on from. Replies that were in flight when they were saved count as stopped. */
  readonly turns?: readonly Turn[] | undefined;
  /** How each reply is retried, or `false` for not at all. Default as in `retryTransient`. */
  readonly retry?: RetryConfig | false | undefined;
  /** Gives the id of a turn whose prompt came without one. Default `turn-1`, `turn-2` and so on. */
  readonly createId?: (() => string) | undefined;
  /** What the pauses before retries wait on, where `retry` names none. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}
