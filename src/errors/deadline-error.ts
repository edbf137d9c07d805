import { LlmError } from './llm-error.js';

/** The deadlines of a request. */
export type Deadline = 'headers' | 'firstChunk' | 'idle' | 'total';

const waitedFor: Readonly<Record<Deadline, string>> = {
  headers: 'The server sent no response headers within',
  firstChunk: 'No chunk arrived within',
  idle: 'The stream fell silent for',
  total: 'The stream was not finished within',
};

/** A deadline passed; {@link deadline} names it. A new request may succeed. */
export class DeadlineError extends LlmError {
  override readonly name = 'DeadlineError';
  /** Which deadline passed. */
  readonly deadline: Deadline;

  /** @param duration The deadline's length in milliseconds. */
  constructor(deadline: Deadline, duration: number) {
    super(`${waitedFor[deadline]} ${duration} ms (deadlines.${deadline})`, { kind: 'timeout', retryable: true });
    this.deadline = deadline;
  }
}
