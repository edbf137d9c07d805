import { LlmError, type LlmErrorInit } from './llm-error.js';

/**
 * The answer violates the protocol: it is not an event stream, is a refused redirect, or has an impossible index (kind
 * `protocol`); or it contains malformed JSON or an invalid chunk (kind `parse`). The error does not hold the payload.
 */
export class ProtocolError extends LlmError {
  override readonly name = 'ProtocolError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & { readonly kind?: 'protocol' | 'parse' } = {}) {
    super(message, { ...init, kind: init.kind ?? 'protocol', retryable: false });
  }
}
