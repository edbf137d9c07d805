import type { Observable, OperatorFunction } from 'rxjs';
import type { AnswerEvent } from '../answers/event-data.js';
import { withActivityDeadlines } from '../operators/with-deadlines.js';
import type { Redact } from '../secrets/redactor.js';
import type { TransportEvent, TransportRequest } from '../transport/transport.js';
import { drainAfterComplete } from './drain-after-complete.js';
import { type AnswerReading, readAnswer } from './read-answer.js';
import type { RequestScope } from './request-scope.js';
import { send } from './send.js';
import { type EndpointRequest, type Settings, toTransportRequest } from './settings.js';

/** How the answers to one request are read. */
export interface StreamReading<Value, Proven = never> extends AnswerReading<Proven> {
  /**
   * Creates what converts the events of one stream to values, until the answer is complete. A further subscription goes on
   * with the rest of the stream.
   */
  parse(redact: Redact): OperatorFunction<AnswerEvent | Proven, Value>;
  /** Creates what tells which values of one stream show that the model is at work. */
  createCheck(): { isActive(value: Value): boolean };
}

/** How long to keep reading after the end of an answer, in milliseconds, so that the connection can be reused. */
const grace = 100;

/** Converts a request whose answer is a stream to an HTTP exchange. */
export function toStreamRequest(request: Omit<EndpointRequest, 'accept'>, settings: Settings): TransportRequest {
  return toTransportRequest({ ...request, accept: 'text/event-stream, application/json' }, settings);
}

/** One exchange that is answered with a stream, or with the rest of one. */
interface StreamExchange<Value, Proven> {
  readonly request: TransportRequest;
  readonly reading: StreamReading<Value, Proven>;
  /** What the reading parses all exchanges of the stream with. */
  readonly parse: OperatorFunction<AnswerEvent | Proven, Value>;
  readonly settings: Settings;
  readonly scope: RequestScope;
  /** Whether it continues the stream of an earlier exchange, so that `idle` counts from its start. Default false. */
  readonly resumed?: boolean;
}

/** Reads the answer to one exchange, by joining the stages. */
export function readStream<Value, Proven>({
  request,
  reading,
  parse,
  settings,
  scope,
  resumed,
}: StreamExchange<Value, Proven>): Observable<Value> {
  const readEvents = readAnswer(settings.limits.eventBytes, reading, scope);
  const read = (answer: Observable<TransportEvent>): Observable<Value> =>
    answer.pipe(
      readEvents, // bytes → server-sent events; those that repeat → values
      parse, // events → values, until the answer is complete
    );
  return send(request, settings, scope).pipe(
    drainAfterComplete(read, grace, settings.scheduler), // complete with the answer, not when the socket closes
    withActivityDeadlines(settings, () => reading.createCheck(), resumed), // a silent or dead server becomes DeadlineError
  );
}
