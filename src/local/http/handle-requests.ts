import { randomUUID } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import { catchError, defer, EMPTY, fromEvent, merge, takeUntil, type Observable } from 'rxjs';
import type { ServerSettings } from '../local-server-config.js';
import type { Exchange } from './exchange.js';
import { toLocalError } from './to-local-error.js';
import { pathOf } from './path-of.js';
import { route } from './routes.js';
import { sendError } from './send.js';
import { sendPage } from './send-page.js';
import { watchExchange } from './watch-exchange.js';

const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
].join(', ');

/**
 * Makes the listener of a server: one subscription per exchange. It ends when the response is closed, whoever closed
 * it, so a client that goes away stops its generation at once; and all end when `closing` emits.
 */
export function handleRequests(settings: ServerSettings, closing: Observable<unknown>): RequestListener {
  return (request, response) => {
    const exchange: Exchange = { request, response, settings, notes: {} };
    if (settings.onExchange !== undefined) {
      watchExchange(exchange, closing).subscribe(settings.onExchange);
    }
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('x-request-id', `req_${randomUUID().replaceAll('-', '')}`);
    defer(() => answer(exchange))
      .pipe(
        catchError((error: unknown) => answerError(exchange, error)),
        takeUntil(merge(fromEvent(response, 'close'), closing)),
      )
      .subscribe();
  };
}

function answer(exchange: Exchange): Observable<unknown> {
  const { request, response, settings } = exchange;
  if (settings.pages !== undefined && !isOfApi(pathOf(request))) {
    return sendPage(exchange, settings.pages);
  }
  allowEveryOrigin(response);
  if (request.method === 'OPTIONS') {
    return answerPreflight(exchange);
  }
  settings.checkKey(request.headers.authorization);
  return route(exchange);
}

function isOfApi(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}

// No cookie is ever looked at, and a key is one that the page itself must know, so an origin gains nothing that it could
// not have from its own process here.
// Browsers that keep public sites from loopback addresses ask for one more header, which is not sent.
function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', exposedHeaders);
}

function answerPreflight({ response }: Exchange): Observable<never> {
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, HEAD, POST',
      // The wildcard leaves authorization out, which clients send even where there is no key.
      'access-control-allow-headers': 'authorization, content-type, *',
      'access-control-max-age': '600',
    })
    .end();
  return EMPTY;
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
