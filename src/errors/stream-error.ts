import { LlmError, type LlmErrorInit } from './llm-error.js';

/** The fields of a {@link StreamError}. */
interface StreamErrorInit extends LlmErrorInit {
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly param?: string | undefined;
}

/**
 * The stream ended early (kind `truncated`) or contained an error. The kind of the latter is that of the same error over
 * HTTP, or `provider` for an unknown code and type. Chunks that were emitted earlier remain valid.
 */
export class StreamError extends LlmError {
  override readonly name = 'StreamError';
  /** The server's own code, such as `insufficient_quota`. */
  readonly code: string | undefined;
  /** The server's own error type. */
  readonly type: string | undefined;
  /** The request field that the server rejects. */
  readonly param: string | undefined;

  constructor(message: string, init: StreamErrorInit) {
    super(message, init);
    this.code = init.code;
    this.type = init.type;
    this.param = init.param;
  }
}
