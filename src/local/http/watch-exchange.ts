import { defer, fromEvent, map, merge, take, type Observable } from 'rxjs';
import type { LocalExchange, LocalOutcome } from '../local-exchange.js';
import type { Exchange } from './exchange.js';
import { pathOf } from './path-of.js';

/**
 * Emits what became of an exchange once it is over: when its response is closed, whoever closed it, or when `closing`
 * emits. Subscribe when the request comes.
 */
export function watchExchange(exchange: Exchange, closing: Observable<unknown>): Observable<LocalExchange> {
  const { request, response, settings, notes } = exchange;
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
