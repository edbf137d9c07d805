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
   * `not_json` or `mismatch` for an answer that is not JSON, or does not fit the schema; `max_turns` for a tool run whose
   * last turn still calls tools.
   */
  declare readonly code?: 'not_json' | 'mismatch' | 'max_turns';
  /** Why the answer does not fit the schema, for the code `mismatch`. */
  declare readonly issues?: readonly OutputIssue[];

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & Pick<OutputError, 'code' | 'issues'> = {}) {
    super(message, { cause: init.cause, kind: 'output', retryable: false });
    Object.assign(this, defined({ code: init.code, issues: init.issues }));
  }
}
