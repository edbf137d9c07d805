import { LlmError, type LlmErrorInit } from './llm-error.js';

/**
 * The model's output is not what was asked for: cut at a limit of tokens, filtered, or not in the caller's shape. For code
 * that checks answers to raise; a fresh request of the same kind is not expected to do better.
 */
export class OutputError extends LlmError {
  override readonly name = 'OutputError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> = {}) {
    super(message, { ...init, kind: 'output', retryable: false });
  }
}
