import { LlmError } from './llm-error.js';

/** A configured limit was exceeded; {@link limit} names it. Chunks that were emitted earlier remain valid. */
export class LimitError extends LlmError {
  override readonly name = 'LimitError';
  /** The name of the limit in the configuration. */
  readonly limit: string;
  /** The value that was exceeded. */
  readonly maximum: number;

  constructor(limit: string, maximum: number) {
    super(`The stream exceeded ${limit} (${maximum}); raise this limit if that much is expected`, {
      kind: 'limit',
      retryable: false,
    });
    this.limit = limit;
    this.maximum = maximum;
  }
}
