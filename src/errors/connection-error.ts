import { LlmError, type LlmErrorInit } from './llm-error.js';

/** No answer came, or the connection broke while one was being read. A new request may succeed. */
export class ConnectionError extends LlmError {
  override readonly name = 'ConnectionError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> = {}) {
    super(message, { ...init, kind: 'connection', retryable: true });
  }
}
