import type { Observable } from 'rxjs';
import type { GenerationEvent } from './generate.js';

/** Token counts of one answer, in this server's own pieces. */
export interface LocalUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What all the objects of one answer have in common. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  /** Whether the stream ends with the token counts. */
  readonly includeUsage: boolean;
  /** The counts for an answer of this many pieces. */
  readonly usage: (completionTokens: number) => LocalUsage;
}

/** How an endpoint writes an answer. */
export interface AnswerFormat {
  /** What the ids of its answers begin with. */
  readonly idPrefix: string;
  /** The objects of a stream, in order, without the `[DONE]` at its end. */
  readonly stream: (events: Observable<GenerationEvent>, head: AnswerHead) => Observable<object>;
  /** The one object of an answer that is not streamed. */
  readonly whole: (events: Observable<GenerationEvent>, head: AnswerHead) => Observable<object>;
}
