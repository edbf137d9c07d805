import { emptyMessage } from '../chunks/message-builder.js';
import type { Message, Usage } from '../chunks/message.js';
import type { RetryNotice } from '../operators/retry-with-backoff.js';

/**
 * How far a reply is. `queued`: its request waits for others. `waiting`: asked, and nothing to show came yet. `retrying`:
 * an attempt failed and another follows. `streaming`: text, or other output, is coming. The others are final: `done`,
 * `stopped` by the user, `failed`.
 */
export type ReplyStatus = 'queued' | 'waiting' | 'retrying' | 'streaming' | 'done' | 'stopped' | 'failed';

/** A reply as one value for a screen. Immutable. */
export interface ChatView {
  readonly status: ReplyStatus;
  /** The message so far; what came before a failure or a stop stays. */
  readonly message: Message;
  /** Token counts, once the server sent them. */
  readonly usage?: Usage;
  /** What went wrong, while the status is `failed`. */
  readonly error?: unknown;
  /** When and why another attempt follows, while the status is `retrying`. */
  readonly retry?: RetryNotice;
}

/** The view of a reply that was asked for, before anything came. */
export const waitingView: ChatView = viewOf('waiting', emptyMessage);

/** The view of a reply that waits for others. */
export const queuedView: ChatView = viewOf('queued', emptyMessage);

/** A frozen view; its token counts are those of the message. */
export function viewOf(
  status: ReplyStatus,
  message: Message,
  details: Pick<ChatView, 'error' | 'retry'> = {},
): ChatView {
  return Object.freeze({ status, message, ...(message.usage && { usage: message.usage }), ...details });
}

/** Whether a reply has come to its end, whichever it was. */
export function isFinal({ status }: ChatView): boolean {
  return status === 'done' || status === 'stopped' || status === 'failed';
}
