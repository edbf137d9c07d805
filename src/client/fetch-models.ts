import { concat, defer, ignoreElements, type Observable, of, mergeMap, tap } from 'rxjs';
import * as z from 'zod/mini';
import { errorFrame } from '../chunks/error-frame.js';
import { ProtocolError } from '../errors/protocol-error.js';
import { toStreamError } from '../errors/to-stream-error.js';
import { withDeadlines } from '../operators/with-deadlines.js';
import { model, type Model } from '../schemas/model.js';
import { createBodyCollector } from './body-collector.js';
import { send } from './send.js';
import { createSession, type Session } from './session.js';
import type { Settings } from './settings.js';
import { toTransportRequest } from './to-transport-request.js';

/** Makes the cold Observable of a server's models, one value each. */
export function fetchModels(settings: Settings): Observable<Model> {
  const exchange = toTransportRequest(
    { operation: 'models', method: 'GET', path: '/models', accept: 'application/json' },
    settings,
  );
  const { deadlines, limits, scheduler } = settings;
  return defer(() => {
    const session = createSession();
    const body = createBodyCollector(limits.eventBytes);
    return concat(
      send(exchange, settings, session).pipe(
        tap((event) => {
          if (event.type === 'data') {
            body.add(event.bytes);
          }
        }),
        ignoreElements(),
      ),
      defer(() => of(parseModels(body.text(), session))),
    ).pipe(
      withDeadlines({ firstChunk: deadlines.firstChunk, total: deadlines.total, scheduler }),
      mergeMap((models) => models),
    );
  });
}

/** Most servers send `{ data: [...] }`, some the bare list. */
function parseModels(text: string, session: Session): readonly Model[] {
  const document = parseJson(text, session);
  const error = errorFrame(document);
  if (error !== undefined) {
    throw toStreamError(error, session);
  }
  const models: unknown = Array.isArray(document) ? document : (document as { data?: unknown } | null)?.data;
  const result = z.safeParse(z.array(model), models);
  if (!result.success) {
    throw new ProtocolError('The server answered with something else than a list of models; check baseURL', {
      kind: 'parse',
      requestId: session.requestId,
    });
  }
  return result.data;
}

function parseJson(text: string, { requestId }: Session): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The runtime's own error quotes the text it could not parse.
    throw new ProtocolError('The server answered with something else than JSON; check baseURL', {
      kind: 'parse',
      requestId,
    });
  }
}
