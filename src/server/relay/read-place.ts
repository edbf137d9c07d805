import type { LogPage } from '../stream-log.js';
import type { StreamKey } from './write-stream.js';

/** What is read of a stream. */
export interface ReadPlace extends StreamKey {
  /** The number after which it begins. */
  readonly after: number;
  /** What the log has after it, if that was read already. */
  readonly page?: LogPage;
  /** Whether its events have names, which those of a response have and chunks have not. */
  readonly isNamed: boolean;
  /** Aborted when the reader leaves. */
  readonly signal: AbortSignal;
}
