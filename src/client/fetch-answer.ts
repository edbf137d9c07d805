import type { Observable, OperatorFunction } from 'rxjs';
import { errorFrame } from '../answers/event-data.js';
import { Misfit } from '../answers/read-fields.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { toStreamError } from '../errors/server-error.js';
import { withActivityDeadlines } from '../operators/with-deadlines.js';
import { ByteBuffer } from '../sse/byte-buffer.js';
import type { TransportEvent } from '../transport/transport.js';
import { emitAll, operate, perSubscription } from '../util/operate.js';
import { parseJson } from '../util/parse-json.js';
import { onFlatStack } from './on-flat-stack.js';
import { identifyErrors, RequestScope } from './request-scope.js';
import { send } from './send.js';
import { type EndpointRequest, type Settings, toTransportRequest } from './settings.js';

/** How the JSON document that answers a request becomes values. */
export interface DocumentReader<T> {
  /** What the server should answer with; follows the word "with". */
  readonly expected: string;
  /** Returns the values of a document. Throws {@link Misfit} for one of another shape. */
  readonly read: (document: unknown) => readonly T[];
  /** Returns the error in a document, if it holds one. By default in any of the forms that servers use. */
  readonly errorIn?: (document: unknown) => unknown;
  /** The limit of the document's length. Default `answerBytes`. */
  readonly limit?: 'answerBytes' | 'eventBytes';
}

/** Creates the cold Observable of the values in an answer that is one JSON document. `firstChunk` covers all of it. */
export function fetchAnswer<T>(
  request: Omit<EndpointRequest, 'accept'>,
  reader: DocumentReader<T>,
  settings: Settings,
): Observable<T> {
  const exchange = toTransportRequest({ ...request, accept: 'application/json' }, settings);
  const {
    deadlines: { firstChunk, total },
    scheduler,
  } = settings;
  return perSubscription(() => {
    const scope = new RequestScope(settings);
    return send(exchange, settings, scope).pipe(
      readDocument(reader, settings, scope), // bytes → values, at the end
      withActivityDeadlines({ deadlines: { firstChunk, idle: Infinity, total }, scheduler }, () => ({
        isActive: () => true,
      })),
      identifyErrors(scope),
    );
  }).pipe(onFlatStack());
}

function readDocument<T>(
  { expected, read, errorIn = errorFrame, limit = 'answerBytes' }: DocumentReader<T>,
  { limits, scheduler }: Settings,
  { redact }: RequestScope,
): OperatorFunction<TransportEvent, T> {
  const parse = (text: string): readonly T[] => {
    const document = parseJson(text);
    if (document === undefined) {
      throw new ProtocolError(`The server did not answer with JSON, but ${expected} was expected; check baseURL`, {
        kind: 'parse',
      });
    }
    const error = errorIn(document);
    if (error !== undefined) {
      throw toStreamError(error, redact, scheduler.now());
    }
    try {
      return read(document);
    } catch (reason) {
      throw reason instanceof Misfit
        ? new ProtocolError(`The server did not answer with ${expected}; check baseURL`, { kind: 'parse' })
        : reason;
    }
  };
  return operate((destination) => {
    const body = new ByteBuffer(limits[limit], limit);
    return {
      next: (event) => {
        if (event.type === 'data') {
          body.append(event.bytes);
        }
      },
      complete: () => {
        emitAll(parse(new TextDecoder().decode(body.release())), destination);
        destination.complete();
      },
    };
  });
}
