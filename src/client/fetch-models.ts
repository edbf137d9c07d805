import type { Observable, OperatorFunction } from 'rxjs';
import { errorFrame } from '../chunks/event-data.js';
import { count, list, Misfit, misfit, object, word } from '../chunks/read-fields.js';
import type { Redact } from '../secrets/redactor.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { toStreamError } from '../errors/server-error.js';
import { withActivityDeadlines } from '../operators/with-deadlines.js';
import type { Model } from '../schemas/model.js';
import { ByteBuffer } from '../sse/byte-buffer.js';
import type { TransportEvent } from '../transport/transport.js';
import { isObject } from '../util/is-object.js';
import { emitAll, operate, perSubscription } from '../util/operate.js';
import { parseJson } from '../util/parse-json.js';
import { onFlatStack } from './on-flat-stack.js';
import { identifyErrors, RequestScope } from './request-scope.js';
import { send } from './send.js';
import { type Settings, toTransportRequest } from './settings.js';

/** Creates the cold Observable of a server's models, one value per model. */
export function fetchModels(settings: Settings): Observable<Model> {
  const exchange = toTransportRequest(
    { operation: 'models', method: 'GET', path: '/models', accept: 'application/json' },
    settings,
  );
  const { deadlines, scheduler } = settings;
  return perSubscription(() => {
    const scope = new RequestScope(settings);
    return send(exchange, settings, scope).pipe(
      readModelList(settings, scope), // bytes → models, at the end
      withActivityDeadlines({ ...deadlines, idle: Infinity, scheduler }, () => ({ isActive: () => true })),
      identifyErrors(scope),
    );
  }).pipe(onFlatStack());
}

function readModelList(
  { limits, scheduler }: Settings,
  { redact }: RequestScope,
): OperatorFunction<TransportEvent, Model> {
  return operate((destination) => {
    const body = new ByteBuffer(limits.eventBytes);
    return {
      next: (event) => {
        if (event.type === 'data') {
          body.append(event.bytes);
        }
      },
      complete: () => {
        emitAll(parseModels(new TextDecoder().decode(body.release()), redact, scheduler.now()), destination);
        destination.complete();
      },
    };
  });
}

function parseModels(text: string, redact: Redact, now: number): readonly Model[] {
  const document = parseJson(text);
  if (document === undefined) {
    throw new ProtocolError('The server did not answer with JSON; check baseURL', { kind: 'parse' });
  }
  const error = errorFrame(document);
  if (error !== undefined) {
    throw toStreamError(error, redact, now);
  }
  try {
    return readModels(listIn(document)) as readonly Model[];
  } catch (reason) {
    throw reason instanceof Misfit
      ? new ProtocolError('The server did not answer with a list of models; check baseURL', { kind: 'parse' })
      : reason;
  }
}

const readModel = object({ object: word, created: count, owned_by: word }, misfit);
const readModels = list(
  (value) => (isObject(value) && typeof value['id'] === 'string' ? readModel(value) : misfit(value)),
  misfit,
);

/** Most servers send `{ data: [...] }`, some a bare list, and some null instead of an empty list. */
function listIn(document: unknown): unknown {
  const list = isObject(document) ? document['data'] : document;
  return list === null && document !== null ? [] : list;
}
