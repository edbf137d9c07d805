import type { Message, ToolCall, Usage } from '../schemas/message.js';
import type { ReplyError } from './reply-error.js';

/** A tool run as one value for a screen. Immutable. */
export interface RunView {
  /**
   * `waiting`: requested, nothing of the turn to show yet. `streaming`: output is arriving. `calling`: tools run. The others
   * are final.
   */
  readonly status: 'waiting' | 'streaming' | 'calling' | 'done' | 'failed';
  /** One per request. A turn that did not change is the same object as before. */
  readonly turns: readonly RunTurn[];
  /** The sum of the token counts of the turns; `raw` is the list of theirs. */
  readonly usage?: Usage;
  /** The error, if the status is `failed`. */
  readonly error?: ReplyError;
}

/** One answer of the model, and what became of its calls. Immutable. */
export interface RunTurn {
  readonly message: Message;
  /** In the order of the message. A call that did not change is the same object as before. */
  readonly calls: readonly RunCall[];
}

/** A call of a tool. Immutable, but for the values of the tool. */
export interface RunCall {
  readonly call: ToolCall;
  /** `waiting`: for approval, for other tools, or for the caller to answer it. */
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** The latest value of the tool. */
  readonly progress?: unknown;
  readonly result?: unknown;
  /** What the model was told. */
  readonly content?: string;
  /** What the tool threw. */
  readonly error?: unknown;
}

/** The view of a run before its first event. */
export const waitingRun: RunView = Object.freeze({ status: 'waiting', turns: Object.freeze([]) });
