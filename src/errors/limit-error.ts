import { LlmError } from './llm-error.js';

/** A limit was exceeded; {@link limit} names it. Chunks that were emitted earlier remain valid. */
export class LimitError extends LlmError {
  override readonly name = 'LimitError';
  /** The name of the limit in the configuration, or one that is fixed: `heldChunks`, `openContainers`. */
  readonly limit: string;
  /** The value that was exceeded. */
  readonly maximum: number;

  constructor(limit: string, maximum: number, advice = 'raise this limit if that much is expected') {
    super(`The stream exceeded ${limit} (${maximum}); ${advice}`, { kind: 'limit', retryable: false });
    this.limit = limit;
    this.maximum = maximum;
  }
}
