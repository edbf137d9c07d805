import { defer, type Observable, type OperatorFunction } from 'rxjs';
import type { AnswerEvent } from '../answers/event-data.js';
import { withActivityDeadlines } from '../operators/with-deadlines.js';
import type { Redact } from '../secrets/redactor.js';
import type { Shortcut } from '../sse/shortcut.js';
import type { Operation, TransportEvent } from '../transport/transport.js';
import { drainAfterComplete } from './drain-after-complete.js';
import { onFlatStack } from './on-flat-stack.js';
import { readAnswer } from './read-answer.js';
import { identifyErrors, RequestScope } from './request-scope.js';
import { send } from './send.js';
import { type Settings, toTransportRequest } from './settings.js';

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
export interface StreamReading<Value, Proven = never> {
  /** Whether a JSON document that was sent in place of a stream is a whole answer. */
  readonly isWhole: (document: Readonly<Record<string, unknown>>) => boolean;
  /** Creates what reads the events of one stream that repeat earlier ones. */
  readonly createShortcut?: () => Shortcut<Proven>;
  /** Converts events to values, until the answer is complete. */
  readonly parse: (redact: Redact) => OperatorFunction<AnswerEvent | Proven, Value>;
  /** Creates what tells which values of one stream show that the model is at work. */
  readonly createCheck: () => { isActive(value: Value): boolean };
}

/** How long to keep reading after the end of an answer, in milliseconds, so that the connection can be reused. */
const grace = 100;

/** Creates the cold Observable of what a request is answered with, by joining the stages. */
export function streamChunks<Request, Value, Proven>(
  { operation, path, toBody, reading }: StreamEndpoint<Request, Value, Proven>,
  request: Request,
  settings: Settings,
): Observable<Value> {
  const exchange = toTransportRequest(
    { operation, method: 'POST', path, accept: 'text/event-stream, application/json', body: toBody(request) },
    settings,
  );
  const {
    limits: { eventBytes },
    deadlines: { firstChunk, idle, total },
    scheduler,
  } = settings;
  const { parse, createCheck, ...known } = reading(request, settings);
  const readEvents = readAnswer({ eventBytes, ...known });
  const timed = { firstChunk, idle, total, scheduler };
  return defer(() => {
    const scope = new RequestScope(settings);
    const read = (answer: Observable<TransportEvent>): Observable<Value> =>
      answer.pipe(
        readEvents, // bytes → server-sent events; those that repeat → values
        parse(scope.redact), // events → values, until the answer is complete
      );
    return send(exchange, settings, scope).pipe(
      drainAfterComplete(read, grace, scheduler), // complete with the answer, not when the socket closes
      withActivityDeadlines(timed, createCheck), // a silent or dead server becomes DeadlineError
      identifyErrors(scope), // each error tells which request it was
    );
  }).pipe(onFlatStack());
}
