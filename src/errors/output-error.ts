import { defined } from '../util/defined.js';
import { LlmError, type LlmErrorInit } from './llm-error.js';

/** A place where a value does not fit its schema. */
export interface OutputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * The model's output is not usable: cut off at a token limit, filtered, or not of the shape the caller needs. Raised by
 * code that checks answers. A new request is not expected to do better.
 */
export class OutputError extends LlmError {
  override readonly name = 'OutputError';
  /**
   * `not_json` or `mismatch` for an answer that is not JSON, or does not fit the schema; `refused` for one that the model
   * refused; `max_turns` for a run that would not end; `moderation` for text that did not pass a check.
   */
  declare readonly code?: 'not_json' | 'mismatch' | 'refused' | 'max_turns' | 'moderation';
  /** Why the answer does not fit the schema, for the code `mismatch`. */
  declare readonly issues?: readonly OutputIssue[];

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & Pick<OutputError, 'code' | 'issues'> = {}) {
    super(message, { cause: init.cause, kind: 'output', retryable: false });
    Object.assign(this, defined({ code: init.code, issues: init.issues }));
  }
}
