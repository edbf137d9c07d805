import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import type { ServerSettings } from '../server-settings.js';

/** A request and its response. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly settings: ServerSettings;
  readonly notes: ExchangeNotes;
}

/** What is found out about an exchange while it is handled, for the config's `onExchange`. */
interface ExchangeNotes {
  /** The model the request names. */
  model?: string;
  /** Whether the server broke off the answer. */
  isBroken?: boolean;
}

/**
 * Answers an exchange, when called or while the Observable it returns is subscribed; its values are ignored.
 *
 * @param parameter The part of the path that matches `{id}`; empty if the route has none.
 */
export type Handler = (exchange: Exchange, parameter: string) => Observable<unknown>;

/** Returns the path of a request as it was sent, without its query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}
