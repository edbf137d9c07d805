import {
  defer,
  from,
  identity,
  isObservable,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  switchMap,
  take,
  tap,
  throwError,
  throwIfEmpty,
  timeout,
} from 'rxjs';
import { DeadlineError } from '../errors/deadline-error.js';
import { parseRateLimits } from '../errors/rate-limits.js';
import { inContext } from '../transport/async-context.js';
import { requireOk } from '../transport/require-ok.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport/transport.js';
import { parseUrl } from '../util/parse-url.js';
import type { ApiKey } from './client-config.js';
import type { RequestScope } from './request-scope.js';
import { lowerCased, type Settings } from './settings.js';

/**
 * Sends a request through the interceptors. After the last of them the key is added, and a status other than 2xx becomes an
 * `ApiError`. An interceptor that queues exchanges, or a key that users share, may go on in the async context of another
 * user, so each step returns to that of the subscriber.
 */
export function send(request: TransportRequest, settings: Settings, scope: RequestScope): Observable<TransportEvent> {
  const innermost: Transport = (intercepted) =>
    withKey({ ...intercepted, headers: lowerCased(intercepted.headers) }, settings, scope).pipe(
      inContext(scope.run),
      switchMap((complete) => exchange(complete, settings, scope)),
    );
  const chain = settings.interceptors.reduceRight<Transport>(
    (next, intercept) => (intercepted) =>
      defer(() => checkExchange('An interceptor', intercept(intercepted, next))).pipe(inContext(scope.run)),
    innermost,
  );
  return chain(request);
}

function checkExchange(source: string, exchange: unknown): Observable<TransportEvent> {
  if (!isObservable(exchange)) {
    throw new TypeError(
      `${source} must return an Observable of the exchange; to wait for a Promise first, return from(promise).pipe(switchMap(() => …))`,
    );
  }
  return exchange as Observable<TransportEvent>;
}

function exchange(request: TransportRequest, settings: Settings, scope: RequestScope): Observable<TransportEvent> {
  checkHeaders(request.headers);
  scope.onRequest(request);
  const { transport, deadlines, limits, scheduler, onResponse } = settings;
  return checkExchange('A transport', transport(request)).pipe(
    withHeadersDeadline(settings),
    tap((event) => {
      if (event.type === 'head') {
        const { status, headers } = event;
        scope.onHead(headers);
        onResponse?.({
          status,
          headers,
          requestId: scope.requestId(),
          rateLimits: parseRateLimits(headers, scheduler.now()),
        });
      }
    }),
    requireOk({
      errorBodyBytes: limits.errorBodyBytes,
      errorBodyTime: deadlines.idle,
      errorBodyUntil: scope.started + justBefore(Math.min(deadlines.firstChunk, deadlines.total)),
      redact: scope.redact,
      scheduler,
    }),
  );
}

/**
 * When to stop reading an error body, so that the status, which decides about a retry, wins over a deadline of the whole
 * request. Well before it, since on a busy machine two timers that are close may fire in either order.
 */
function justBefore(deadline: number): number {
  return deadline - Math.max(1, Math.min(100, deadline / 10));
}

function withHeadersDeadline({ deadlines, scheduler }: Settings): MonoTypeOperatorFunction<TransportEvent> {
  const { headers } = deadlines;
  const raise = (): Observable<never> => throwError(() => new DeadlineError('headers', headers));
  return Number.isFinite(headers) ? timeout({ first: headers, with: raise, scheduler }) : identity;
}

/**
 * Adds the key, which is asked for in every exchange, unless it is empty or the header is set already. A key belongs to one
 * server: an interceptor that sends a request to another origin has to add that server's key itself.
 */
function withKey(
  request: TransportRequest,
  { apiKey, baseURL }: Settings,
  { onKey }: RequestScope,
): Observable<TransportRequest> {
  const isElsewhere = (parseUrl(request.url) ?? baseURL).origin !== baseURL.origin;
  if (apiKey === undefined || isElsewhere || 'authorization' in request.headers) {
    return of(request);
  }
  return keyOf(apiKey).pipe(
    map((value) => {
      const key = value.trim();
      onKey(key);
      return key === '' ? request : { ...request, headers: { ...request.headers, authorization: `Bearer ${key}` } };
    }),
  );
}

function keyOf(apiKey: ApiKey): Observable<string> {
  if (typeof apiKey === 'string') {
    return of(apiKey);
  }
  return defer(() => {
    const key = apiKey();
    if (typeof key === 'string') {
      return of(key);
    }
    try {
      return from(key);
    } catch {
      // The error of rxjs would quote the value, which may be the key.
      throw new TypeError('apiKey must give a string, or a Promise or an Observable of one');
    }
  }).pipe(
    take(1),
    throwIfEmpty(() => new TypeError('apiKey gave no key')),
    map((key: unknown) => {
      if (typeof key !== 'string') {
        throw new TypeError('apiKey must give a string');
      }
      return key;
    }),
  );
}

/** Checks headers before the transport does, whose error would quote the value. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/u.test(name)) {
      throw new TypeError(`"${name}" is not a valid header name`);
    }
    if (!/^[\t\x20-\x7e\x80-\xff]*$/u.test(value)) {
      throw new TypeError(
        `The header "${name}" holds characters that cannot be sent${name === 'authorization' ? '; check apiKey' : ''}`,
      );
    }
  }
}
