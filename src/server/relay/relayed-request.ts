import type { StreamForm } from '../error-event.js';
import type { RelayedBody, RelaySession } from './relay-config.js';

/** A request for an answer of a model that has passed all checks. */
export interface RelayedRequest {
  readonly form: StreamForm;
  /** What is sent upstream. */
  readonly body: RelayedBody;
  readonly session: RelaySession;
  /** Whether the caller asked for chunks with token counts; the client always does. */
  readonly wantsUsage: boolean;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
}
