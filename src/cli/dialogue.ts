import type { Observable } from 'rxjs';

/** How somebody takes part in a conversation. */
export interface Dialogue {
  /** Emits what they say, none of it blank, also while an answer comes; completes when they leave. */
  readonly prompts: Observable<string>;
  /** Emits when they have heard enough of an answer. */
  readonly interruptions: Observable<unknown>;
  /** Makes room for the turn that the next of the prompts begins. */
  readonly during: <T>(turn: Observable<T>) => Observable<T>;
  /** Whether a person follows it, who needs no exit code to know what went wrong. */
  readonly isAttended: boolean;
}
