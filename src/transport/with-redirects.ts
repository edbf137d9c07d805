import { catchError, defer, type Observable, tap, throwError } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.js';
import type { Transport, TransportEvent, TransportRequest } from './transport.js';

const mostRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Thrown to end the exchange that was redirected, and caught below; never seen outside. */
class Redirected {
  readonly target: string;

  constructor(target: string) {
    this.target = target;
  }
}

/**
 * Makes a transport that reports redirects as they are obey `request.redirects`. A followed redirect keeps method and
 * body and stays on the origin, so no key reaches another server; anything else is a `ProtocolError`. A request whose
 * `url` is not absolute is a `TypeError`.
 */
export function withRedirects(transport: Transport): Transport {
  const follow = (request: TransportRequest, left: number): Observable<TransportEvent> =>
    transport(request).pipe(
      tap((event) => {
        if (event.type === 'head' && redirectStatuses.has(event.status)) {
          throw redirect(request, event.status, event.headers.get('location'), left);
        }
      }),
      catchError((error: unknown) =>
        error instanceof Redirected ? follow({ ...request, url: error.target }, left - 1) : throwError(() => error),
      ),
    );
  return (request) =>
    defer(() => {
      if (!URL.canParse(request.url)) {
        throw new TypeError(
          'The url of a request must be absolute, such as http://localhost:11434/v1/chat/completions',
        );
      }
      return follow(request, mostRedirects);
    });
}

function redirect(request: TransportRequest, status: number, location: string | null, left: number): unknown {
  if (request.redirects === 'refuse') {
    return new ProtocolError(
      `The server redirects (${status}), which is refused so that no key reaches another server; set baseURL to the final address, or redirects: 'same-origin'`,
    );
  }
  const target = location !== null && URL.canParse(location, request.url) ? new URL(location, request.url) : undefined;
  // 303 means: the answer is elsewhere, to be fetched by GET. That never holds for a model's stream.
  const repeatable = status !== 303 || request.method === 'GET';
  if (!repeatable || target?.origin !== new URL(request.url).origin) {
    return new ProtocolError(
      `The server redirects (${status}) to another origin or to nowhere; set baseURL to the final address`,
    );
  }
  return left > 0
    ? new Redirected(target.href)
    : new ProtocolError(`The server redirects more than ${mostRedirects} times; check baseURL`);
}
