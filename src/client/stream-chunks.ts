import type { Observable } from 'rxjs';
import type { Operation } from '../transport/transport.js';
import { perSubscription } from '../util/operate.js';
import { onFlatStack } from './on-flat-stack.js';
import { type StreamReading, toStreamRequest } from './read-stream.js';
import { RequestScope } from './request-scope.js';
import { followStream } from './resume/follow-stream.js';
import type { Settings } from './settings.js';

/** An endpoint that streams values: chunks, or the events of a response. */
export interface StreamEndpoint<Request, Value, Proven = never> {
  readonly operation: Operation;
  readonly path: string;
  /** Converts a request to the body that is sent. */
  readonly toBody: (request: Request) => object;
  /** Prepares to read the answers to a request. */
  readonly reading: (request: Request, settings: Settings) => StreamReading<Value, Proven>;
}

/** Creates the cold Observable of what a request is answered with. An answer that a relay keeps is resumed where its connection breaks. */
export function streamChunks<Request, Value, Proven>(
  { operation, path, toBody, reading }: StreamEndpoint<Request, Value, Proven>,
  request: Request,
  settings: Settings,
): Observable<Value> {
  const stream = {
    begin: toStreamRequest({ operation, method: 'POST', path, body: toBody(request) }, settings),
    reading: reading(request, settings),
  };
  return perSubscription(() => followStream(stream, settings, new RequestScope(settings))).pipe(onFlatStack());
}

/**
 * Creates the cold Observable of the rest of an answer that a relay keeps.
 *
 * @param request What is known of the request that began it.
 * @param after The number of the last event that was read; `undefined` for all of them.
 */
export function resumeChunks<Request, Value, Proven>(
  { reading }: StreamEndpoint<Request, Value, Proven>,
  request: Request,
  { id, after }: { readonly id: string; readonly after: number | undefined },
  settings: Settings,
): Observable<Value> {
  const stream = { reading: reading(request, settings) };
  return perSubscription(() =>
    followStream(stream, settings, new RequestScope(settings, { id, after, relayed: true })),
  ).pipe(onFlatStack());
}
