import type { Observable, OperatorFunction } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.js';
import { operate, perSubscription } from '../util/operate.js';
import { parseUrl } from '../util/parse-url.js';
import type { Transport, TransportEvent, TransportRequest } from './transport.js';

const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Makes a transport follow or refuse redirects, per `request.redirects`. A redirect is followed with the same method and
 * body, and only within the origin, so that no key reaches another server. A refused redirect is a `ProtocolError`, emitted
 * after its head. A request whose `url` is not absolute is a `TypeError`.
 */
export function withRedirects(transport: Transport): Transport {
  return (request) =>
    perSubscription(() => {
      if (parseUrl(request.url) === undefined) {
        throw new TypeError(
          'The url of a request must be absolute, such as http://localhost:11434/v1/chat/completions',
        );
      }
      return follow(transport, request, maxRedirects);
    });
}

function follow(transport: Transport, request: TransportRequest, left: number): Observable<TransportEvent> {
  const read: OperatorFunction<TransportEvent, TransportEvent> = operate((destination, source) => ({
    next: (event) => {
      if (event.type !== 'head' || !redirectStatuses.has(event.status)) {
        destination.next(event);
        return;
      }
      // Closes the exchange before the next one begins.
      source.unsubscribe();
      const outcome = redirect(request, event.status, event.headers.get('location'), left);
      if (outcome instanceof ProtocolError) {
        destination.next(event);
        destination.error(outcome);
      } else {
        follow(transport, { ...request, url: outcome }, left - 1).subscribe(destination);
      }
    },
  }));
  return transport(request).pipe(read);
}

/** Returns the address to go to, or the error of a redirect that is refused. */
function redirect(
  request: TransportRequest,
  status: number,
  location: string | null,
  left: number,
): string | ProtocolError {
  const refuse = (reason: string, other = ''): ProtocolError =>
    new ProtocolError(`The server redirected (${status})${reason}; set baseURL to the final address${other}`);
  if (request.redirects === 'refuse') {
    return refuse(', which is refused so that no key reaches another server', ", or redirects: 'same-origin'");
  }
  const target = location === null ? undefined : parseUrl(location, request.url);
  // 303 asks for a GET of another resource, which is never a model's stream.
  const repeatable = status !== 303 || request.method === 'GET';
  if (!repeatable || target?.origin !== new URL(request.url).origin) {
    return refuse(' to another origin or without a location');
  }
  if (target.username !== '' || target.password !== '') {
    return refuse(' to an address with a user name or password');
  }
  return left > 0
    ? target.href
    : new ProtocolError(`The server redirected more than ${maxRedirects} times; check baseURL`);
}
