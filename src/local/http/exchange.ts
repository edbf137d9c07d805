import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import type { ServerSettings } from '../local-server-config.js';

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly settings: ServerSettings;
}

/**
 * Answers an exchange, when called or while the Observable it gives is subscribed; emissions mean nothing.
 *
 * @param parameter What stands in the place of the path's `{id}`; empty where the path has none.
 */
export type Handler = (exchange: Exchange, parameter: string) => Observable<unknown>;
