import { LlmError, type LlmErrorInit } from './llm-error.js';

/** What a {@link StreamError} is made from. */
export interface StreamErrorInit extends LlmErrorInit {
  readonly code?: string | undefined;
  readonly type?: string | undefined;
}

/**
 * The stream ended early (kind `truncated`) or carried an error: then `kind` is what the same error would be over HTTP,
 * or `provider` where the server's words name none. What was emitted before stays valid.
 */
export class StreamError extends LlmError {
  override readonly name = 'StreamError';
  /** The server's own code, such as `insufficient_quota`. */
  readonly code: string | undefined;
  /** The server's own error type. */
  readonly type: string | undefined;

  constructor(message: string, init: StreamErrorInit) {
    super(message, init);
    this.code = init.code;
    this.type = init.type;
  }
}
