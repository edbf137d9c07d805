import { LlmError, type LlmErrorInit } from './llm-error.js';

/**
 * The answer violates the protocol: it is not an event stream, a redirect that was refused, or has an impossible index (kind
 * `protocol`); or its JSON or a chunk is malformed (kind `parse`). The error does not hold the payload.
 */
export class ProtocolError extends LlmError {
  override readonly name = 'ProtocolError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & { readonly kind?: 'protocol' | 'parse' } = {}) {
    super(message, { ...init, kind: init.kind ?? 'protocol', retryable: false });
  }
}
