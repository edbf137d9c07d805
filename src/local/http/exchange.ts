import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import type { ServerSettings } from '../local-server-config.js';

/** What becomes known of an exchange on its way, for whoever watches it. */
export interface ExchangeNotes {
  /** The model that is asked for. */
  model?: string;
  /** Whether the server itself broke the answer off. */
  isBroken?: boolean;
}

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly settings: ServerSettings;
  readonly notes: ExchangeNotes;
}

/**
 * Answers an exchange, when called or while the Observable it gives is subscribed; emissions mean nothing.
 *
 * @param parameter What stands in the place of the path's `{id}`; empty where the path has none.
 */
export type Handler = (exchange: Exchange, parameter: string) => Observable<unknown>;
