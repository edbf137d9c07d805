import { LlmError, type LlmErrorInit } from './llm-error.js';

/**
 * No answer came, or the connection broke while one was being read. A new request may succeed, except where `retryable` is
 * false: the certificate, the protocol or the address is wrong, or the modules that send cannot be loaded.
 */
export class ConnectionError extends LlmError {
  override readonly name = 'ConnectionError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & { readonly retryable?: boolean } = {}) {
    super(message, { retryable: true, ...init, kind: 'connection' });
  }
}
