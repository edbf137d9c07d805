import type { Observable, OperatorFunction } from 'rxjs';
import type { AnswerEvent } from '../answers/event-data.js';
import { withActivityDeadlines } from '../operators/with-deadlines.js';
import type { Redact } from '../secrets/redactor.js';
import type { Operation, TransportEvent, TransportRequest } from '../transport/transport.js';
import { perSubscription } from '../util/operate.js';
import { drainAfterComplete } from './drain-after-complete.js';
import { onFlatStack } from './on-flat-stack.js';
import { type AnswerReading, readAnswer } from './read-answer.js';
import { identifyErrors, RequestScope } from './request-scope.js';
import { send } from './send.js';
import { type EndpointRequest, type Settings, toTransportRequest } from './settings.js';

/** An endpoint that streams values: chunks, or the events of a response. */
export interface StreamEndpoint<Request, Value, Proven = never> {
  readonly operation: Operation;
  readonly path: string;
  /** Converts a request to the body that is sent. */
  readonly toBody: (request: Request) => object;
  /** Prepares to read the answers to a request. */
  readonly reading: (request: Request, settings: Settings) => StreamReading<Value, Proven>;
}

/** How the answers to one request are read. */
export interface StreamReading<Value, Proven = never> extends AnswerReading<Proven> {
  /** Converts events to values, until the answer is complete. */
  parse(redact: Redact): OperatorFunction<AnswerEvent | Proven, Value>;
  /** Creates what tells which values of one stream show that the model is at work. */
  createCheck(): { isActive(value: Value): boolean };
}

/** How long to keep reading after the end of an answer, in milliseconds, so that the connection can be reused. */
const grace = 100;

/** Creates the cold Observable of what a request is answered with. */
export function streamChunks<Request, Value, Proven>(
  { operation, path, toBody, reading }: StreamEndpoint<Request, Value, Proven>,
  request: Request,
  settings: Settings,
): Observable<Value> {
  const exchange = {
    request: toStreamRequest({ operation, method: 'POST', path, body: toBody(request) }, settings),
    reading: reading(request, settings),
    settings,
  };
  return perSubscription(() => readStream({ ...exchange, scope: new RequestScope(settings) })).pipe(onFlatStack());
}

/** Converts a request whose answer is a stream to an HTTP exchange. */
export function toStreamRequest(request: Omit<EndpointRequest, 'accept'>, settings: Settings): TransportRequest {
  return toTransportRequest({ ...request, accept: 'text/event-stream, application/json' }, settings);
}

/** One exchange that is answered with a stream. */
interface StreamExchange<Value, Proven> {
  readonly request: TransportRequest;
  readonly reading: StreamReading<Value, Proven>;
  readonly settings: Settings;
  readonly scope: RequestScope;
  /** Whether it continues the stream of an earlier exchange, so that `idle` counts from its start. Default false. */
  readonly resumed?: boolean;
}

/** Reads the answer to one exchange, by joining the stages. */
export function readStream<Value, Proven>({
  request,
  reading,
  settings,
  scope,
  resumed,
}: StreamExchange<Value, Proven>): Observable<Value> {
  const readEvents = readAnswer(settings.limits.eventBytes, reading);
  const read = (answer: Observable<TransportEvent>): Observable<Value> =>
    answer.pipe(
      readEvents, // bytes → server-sent events; those that repeat → values
      reading.parse(scope.redact), // events → values, until the answer is complete
    );
  return send(request, settings, scope).pipe(
    drainAfterComplete(read, grace, settings.scheduler), // complete with the answer, not when the socket closes
    withActivityDeadlines(settings, () => reading.createCheck(), resumed), // a silent or dead server becomes DeadlineError
    identifyErrors(scope), // each error tells which request it was
  );
}
