import type { RequestListener } from 'node:http';
import { catchError, defer, EMPTY, fromEvent, map, merge, take, takeUntil, type Observable } from 'rxjs';
import { createId } from '../create-id.js';
import type { LocalExchange, LocalOutcome } from '../local-server-config.js';
import type { ServerSettings } from '../server-settings.js';
import { allowEveryOrigin, answerPreflight, requireKey } from './access.js';
import { pathOf, type Exchange } from './exchange.js';
import { toLocalError } from './local-error.js';
import { createRouter } from './routes.js';
import { sendError } from './send.js';
import { sendPage } from './send-page.js';

/**
 * Creates the request listener of a server. Each exchange is one subscription, which ends when its response is closed,
 * so that a client that disconnects stops its generation, or when `closing` emits.
 */
export function handleRequests(settings: ServerSettings, closing: Observable<unknown>): RequestListener {
  const answer = createAnswer(settings, closing);
  return (request, response) => {
    const exchange: Exchange = { request, response, settings, notes: {} };
    if (settings.onExchange !== undefined) {
      watchExchange(exchange, closing).subscribe(settings.onExchange);
    }
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('x-request-id', createId('req_'));
    defer(() => answer(exchange))
      .pipe(
        catchError((error: unknown) => answerError(exchange, error)),
        takeUntil(merge(fromEvent(response, 'close'), closing)),
      )
      .subscribe();
  };
}

function createAnswer(
  settings: ServerSettings,
  closing: Observable<unknown>,
): (exchange: Exchange) => Observable<unknown> {
  const { key, pages, fallback } = settings;
  const checkKey = requireKey(key);
  const route = createRouter(settings, closing);
  return (exchange) => {
    const { request, response } = exchange;
    if (pages !== undefined && !isApiPath(pathOf(request))) {
      return sendPage(exchange, pages, fallback);
    }
    allowEveryOrigin(response);
    if (request.method === 'OPTIONS') {
      return answerPreflight(response);
    }
    checkKey(request.headers.authorization);
    return route(exchange);
  };
}

function isApiPath(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}

function answerError({ response, notes }: Exchange, error: unknown): Observable<never> {
  if (response.headersSent) {
    notes.isBroken = true;
    response.destroy();
  } else {
    sendError(response, toLocalError(error, 'The server'));
  }
  return EMPTY;
}

/** Emits how an exchange ended when its response is closed or `closing` emits. */
function watchExchange(
  { request, response, settings, notes }: Exchange,
  closing: Observable<unknown>,
): Observable<LocalExchange> {
  return defer(() => {
    const startedAt = settings.scheduler.now();
    const outcome = (): LocalOutcome =>
      response.writableFinished ? 'answered' : notes.isBroken === true ? 'broken' : 'aborted';
    const isOver = merge(
      fromEvent(response, 'close').pipe(map(outcome)),
      closing.pipe(map((): LocalOutcome => 'broken')),
    );
    return isOver.pipe(
      take(1),
      map((ended) => ({
        startedAt,
        duration: settings.scheduler.now() - startedAt,
        method: request.method ?? '',
        path: pathOf(request),
        model: notes.model,
        status: response.headersSent ? response.statusCode : undefined,
        outcome: ended,
      })),
    );
  });
}
