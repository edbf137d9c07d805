import { LlmError, type LlmErrorInit } from './llm-error.js';

/**
 * The model's output is not usable: cut off at a token limit, filtered, or not of the shape the caller needs. Raised by
 * code that checks answers. A new request is not expected to do better.
 */
export class OutputError extends LlmError {
  override readonly name = 'OutputError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> = {}) {
    super(message, { ...init, kind: 'output', retryable: false });
  }
}
