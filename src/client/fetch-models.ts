import { concat, defer, ignoreElements, mergeMap, type Observable, of, tap } from 'rxjs';
import * as z from 'zod/mini';
import { errorFrame } from '../chunks/event-data.js';
import type { Redact } from '../errors/error-body.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { toStreamError } from '../errors/to-stream-error.js';
import { withDeadlines } from '../operators/with-deadlines.js';
import { model, type Model } from '../schemas/model.js';
import { parseJson } from '../util/parse-json.js';
import { createBodyCollector } from './body-collector.js';
import { createRequestScope, identifyErrors } from './request-scope.js';
import { send } from './send.js';
import { type Settings, toTransportRequest } from './settings.js';

/** Makes the cold Observable of a server's models, one value each. */
export function fetchModels(settings: Settings): Observable<Model> {
  const exchange = toTransportRequest(
    { operation: 'models', method: 'GET', path: '/models', accept: 'application/json' },
    settings,
  );
  const { deadlines, limits, scheduler } = settings;
  return defer(() => {
    const scope = createRequestScope(scheduler.now());
    const body = createBodyCollector(limits.eventBytes);
    return concat(
      send(exchange, settings, scope).pipe(
        tap((event) => {
          if (event.type === 'data') {
            body.add(event.bytes);
          }
        }),
        ignoreElements(),
      ),
      defer(() => of(parseModels(body.text(), scope.redact))),
    ).pipe(
      withDeadlines({ firstChunk: deadlines.firstChunk, total: deadlines.total, scheduler }),
      mergeMap((models) => models),
      identifyErrors(scope),
    );
  });
}

/** Most servers send `{ data: [...] }`, some the bare list, and some null where they have no models. */
function parseModels(text: string, redact: Redact): readonly Model[] {
  const document = parseJson(text);
  if (document === undefined) {
    throw new ProtocolError('The server answered with something else than JSON; check baseURL', { kind: 'parse' });
  }
  const error = errorFrame(document);
  if (error !== undefined) {
    throw toStreamError(error, redact);
  }
  const models = listIn(document);
  const result = z.safeParse(z.array(model), models);
  if (!result.success) {
    throw new ProtocolError('The server answered with something else than a list of models; check baseURL', {
      kind: 'parse',
    });
  }
  return result.data;
}

function listIn(document: unknown): unknown {
  const data: unknown = (document as { data?: unknown } | null)?.data;
  return Array.isArray(document) ? document : data === null ? [] : data;
}
