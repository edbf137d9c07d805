import { EMPTY, type Observable } from 'rxjs';
import type { TransportRequest } from '../../transport/transport.js';
import { perSubscription } from '../../util/operate.js';
import { RequestScope } from '../request-scope.js';
import { send } from '../send.js';
import { type EndpointRequest, type Settings, toTransportRequest } from '../settings.js';

/** How streams are taken up and stopped where they are kept. */
export interface Keeper<Value> {
  /** Creates the request for what comes after a number; for all if there is none. */
  readonly ask: (id: string, after: number | undefined, settings: Settings) => TransportRequest;
  /** Finds out what became of a stream that ended early, and from which nothing new came. Empty if it is not finished. */
  readonly settle: (id: string, settings: Settings) => Observable<Value>;
  /** Makes the server stop the work. */
  readonly stop: (id: string, settings: Settings) => Observable<unknown>;
}

/** A relay, which answers 204 where nothing follows. */
export const relayKeeper: Keeper<never> = {
  ask: (id, after, settings) => {
    const own = after === undefined ? {} : { 'last-event-id': String(after) };
    const headers = { ...settings.headers, ...own };
    return toStreamsRequest('streams.resume', 'GET', id, { ...settings, headers });
  },
  settle: () => EMPTY,
  stop: (id, settings) => {
    const request = toStreamsRequest('streams.stop', 'DELETE', id, settings);
    return perSubscription(() => send(request, settings, new RequestScope(settings)));
  },
};

function toStreamsRequest(
  operation: string,
  method: EndpointRequest['method'],
  id: string,
  settings: Settings,
): TransportRequest {
  return toTransportRequest({ operation, method, path: `/streams/${id}`, accept: 'text/event-stream' }, settings);
}
