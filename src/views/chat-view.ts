import { emptyMessage } from '../answers/empty-message.js';
import type { Message, Usage } from '../schemas/message.js';
import type { RetryNotice } from '../operators/retry-with-backoff.js';
import { type ReplyError, toReplyError, withSavedError } from './reply-error.js';
import type { RunView } from './run-view.js';

/**
 * The progress of a reply. `queued`: waiting for other replies to finish. `waiting`: requested, nothing to show yet.
 * `retrying`: an attempt failed and another follows. `streaming`: text or other output is arriving, or tools run. The others
 * are final: `done`, `stopped` by the user, `failed`.
 */
export type ReplyStatus = 'queued' | 'waiting' | 'retrying' | 'streaming' | 'done' | 'stopped' | 'failed';

/** A reply as one value for a screen. Immutable. */
export interface ChatView {
  readonly status: ReplyStatus;
  /** The message so far; kept after a failure or a stop. Of a tool run that of its last turn. */
  readonly message: Message;
  /** The run of a reply with `tools`, once it has begun. After a stop it is as it was at that moment. */
  readonly run?: RunView;
  /** Token counts, once the server has sent them; those of a run are added up. */
  readonly usage?: Usage;
  /** The error, if the status is `failed`. */
  readonly error?: ReplyError;
  /** When and why the next attempt follows, if the status is `retrying`. */
  readonly retry?: RetryNotice;
  /**
   * The id under which a relay keeps the stream of `message`, from the head of its response on; set by `converse`. A reply that
   * is saved in flight is replayed from it. Each turn of a run has a stream of its own: it is that of the turn that is
   * arriving, and missing while tools run.
   */
  readonly streamId?: string;
}

/** The view of a reply that was requested, before its first chunk. */
export const waitingView: ChatView = viewOf('waiting', emptyMessage);

/** The view of a reply that waits for other replies. */
export const queuedView: ChatView = viewOf('queued', emptyMessage);

/** What a view has besides its message. */
type ViewDetails = Pick<ChatView, 'run' | 'error' | 'retry' | 'streamId'>;

/** Creates a frozen view, with the token counts of the run or message. */
export function viewOf(status: ReplyStatus, message: Message, details: ViewDetails = {}): ChatView {
  const { usage } = details.run ?? message;
  return Object.freeze({ status, message, ...(usage && { usage }), ...details });
}

/** Creates the view of a failed reply. A thrown value that is not an error becomes the `cause` of one. */
export function failedView(message: Message, thrown: unknown, details: ViewDetails = {}): ChatView {
  return withSavedError(viewOf('failed', message, { ...details, error: toReplyError(thrown) }));
}

/** Returns the id of a view's stream, as a detail of another view. */
export function streamIdOf({ streamId }: Pick<ChatView, 'streamId'>): Pick<ChatView, 'streamId'> {
  return streamId === undefined ? {} : { streamId };
}

/** Returns whether a reply has ended. */
export function isFinal({ status }: ChatView): boolean {
  return status === 'done' || status === 'stopped' || status === 'failed';
}

/** Returns whether a message has anything to show. */
export function hasOutput(message: Message): boolean {
  const { content, reasoning, refusal, toolCalls, functionCall, output = [], extra } = message;
  return (
    content + reasoning + refusal !== '' ||
    toolCalls.length > 0 ||
    functionCall !== undefined ||
    output.length > 0 ||
    Object.hasOwn(extra, 'audio')
  );
}
