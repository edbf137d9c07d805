import type { ObservableInput } from 'rxjs';
import type { EventStreamValue } from './event-text.js';
import { check } from '../util/check.js';
import type { NodeResponse } from './node-exchange.js';
import { writeResponse } from './write-response.js';
import { toEventStream, type EventStreamConfig } from './to-event-stream.js';

/**
 * Sends chunks, events of a response or server-sent events as the answer of `node:http` or Express, like
 * {@link toEventStream}. It is written as fast as the socket takes it; a client that leaves unsubscribes the source.
 *
 * @throws TypeError as `toEventStream` does, and without a response.
 */
export function sendEventStream(
  source: ObservableInput<EventStreamValue>,
  response: NodeResponse,
  config: EventStreamConfig = {},
): void {
  check(
    typeof (response as Partial<NodeResponse> | undefined)?.setHeader === 'function',
    'response',
    'a response of node:http or Express',
    response,
  );
  writeResponse(toEventStream(source, config), response);
}
