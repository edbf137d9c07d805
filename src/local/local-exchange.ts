/**
 * How an exchange ended: the answer was written whole, its caller left before, or this server broke it off, since it was
 * closed or could not go on.
 */
export type LocalOutcome = 'answered' | 'aborted' | 'broken';

/** One request and what became of it; nothing of what was asked and answered, and no key. */
export interface LocalExchange {
  /** When the request came, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** From then to the end of the answer, in milliseconds. */
  readonly duration: number;
  readonly method: string;
  /** The path as it was sent, without the query. Like `model` it is the caller's word: it can hold anything. */
  readonly path: string;
  /** The model that was asked for, whether there is one of this name or not; `undefined` where none was. */
  readonly model: string | undefined;
  /** `undefined` when it ended before there was one. */
  readonly status: number | undefined;
  readonly outcome: LocalOutcome;
}
