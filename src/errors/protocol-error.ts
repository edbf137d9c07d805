import { LlmError, type LlmErrorInit } from './llm-error.js';

/**
 * The answer is not what the protocol allows: no event stream, a refused redirect or an impossible index (kind
 * `protocol`), or JSON or a chunk that does not fit (kind `parse`). The payload is nowhere on the error.
 */
export class ProtocolError extends LlmError {
  override readonly name = 'ProtocolError';

  constructor(message: string, init: Pick<LlmErrorInit, 'cause'> & { readonly kind?: 'protocol' | 'parse' } = {}) {
    super(message, { ...init, kind: init.kind ?? 'protocol', retryable: false });
  }
}
