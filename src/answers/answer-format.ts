import type { Message, Usage } from '../schemas/message.js';
import type { ResponseOutputItem } from '../schemas/response-object.js';

/** A kind of text that a value of a stream may add to an answer. */
export type TextKind = 'text' | 'reasoning' | 'refusal';

/** Why an answer is not whole. */
export interface Truncation {
  /** `length` for a limit of tokens, `filter` for a content filter, `other` for another reason of the server. */
  readonly cut: 'length' | 'filter' | 'other';
  /** The server's word. */
  readonly reason: string;
  /** The field of a request that limits the tokens, or the fields. */
  readonly limit: string;
}

/**
 * How the values of one wire format (chat chunks, legacy chunks, response events) tell what they add to an answer.
 * Operators, messages, timings and views know nothing else about a format.
 */
export interface AnswerFormat<Value> {
  /**
   * Creates what reads one kind of text of one choice of one stream. It is given every value of the stream in order, and
   * returns an empty string for one that adds no such text.
   */
  readonly createTextReader: (kind: TextKind, choice: number) => (value: Value) => string;
  /** Whether a value adds text, reasoning or a refusal to any choice. */
  readonly holdsText: (value: Value) => boolean;
  /** Whether a value adds text as in `holdsText`, or part of a call. */
  readonly holdsAnswer: (value: Value) => boolean;
  /** Returns the token counts that a value tells, if any. */
  readonly usageOf: (value: Value) => Usage | undefined;
  /** Returns why an answer was cut, if a value tells that one was. */
  readonly truncationOf: (value: Value) => Truncation | undefined;
  /** Returns a value with one choice alone, numbered 0; `undefined` for a value that is about other choices. */
  readonly selectChoice: (value: Value, choice: number) => Value | undefined;
  /** Creates the message of one choice of one stream, to which values are added. */
  readonly createDraft: (config: DraftConfig) => AnswerDraft<Value>;
}

/** Configuration of an {@link AnswerDraft}. */
export interface DraftConfig {
  /** Index of the choice to read. */
  readonly choice: number;
  /** How many tool calls the message may hold; one more is a `LimitError`. */
  readonly toolCalls: number;
}

/** The moment for which a draft is brought up to date: while the stream runs, and when it has completed. */
export type DraftMoment = 'growing' | 'complete';

/**
 * A message that grows with the values of one stream. The cost of a value does not grow with the length of the answer:
 * texts are appended to and never read, since reading a text that was joined from pieces copies all of it.
 */
export interface AnswerDraft<Value> {
  /** What the values have told so far. Calls, further fields and lists are as of the last `settle`. */
  readonly message: { -readonly [Key in keyof Message]: Message[Key] };
  /** Adds a value. */
  add(value: Value): void;
  /** Brings calls, further fields and lists of the message up to date; parts that did not change keep their identity. */
  settle(moment: DraftMoment): void;
  /** Returns the items of the answer so far. Only for a format that has items. */
  output?(): readonly ResponseOutputItem[];
}
