import { defined } from '../util/defined.js';
import { LlmError, type LlmErrorInit } from './llm-error.js';

/** A place where a value does not fit its schema. */
export interface OutputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * The model's output is not usable: cut off at a token limit, filtered, refused, or not of the shape the caller needs.
 * Raised by code that checks answers. A new request is not expected to do better.
 */
export class OutputError extends LlmError {
  override readonly name = 'OutputError';
  /**
   * What is wrong with the output; `undefined` for an answer that was cut off or filtered.
   *
   * - `not_json`: the answer is not JSON.
   * - `mismatch`: it does not fit the schema; `issues` says where.
   * - `refused`: the model refused to answer; the message is its refusal.
   * - `max_turns`: the last turn that a run of tools may have still called some.
   * - `moderation`: a text did not pass the check of `moderated`.
   */
  declare readonly code?: 'not_json' | 'mismatch' | 'refused' | 'max_turns' | 'moderation';
  /** Why the answer does not fit the schema, for the code `mismatch`. */
  declare readonly issues?: readonly OutputIssue[];

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & Pick<OutputError, 'code' | 'issues'> = {}) {
    super(message, { cause: init.cause, kind: 'output', retryable: false });
    Object.assign(this, defined({ code: init.code, issues: init.issues }));
  }
}
