import { isObservable, noop, Observable, type OperatorFunction } from 'rxjs';
import { inContext } from '../transport/async-context.js';
import type { Transport, TransportEvent, TransportRequest } from '../transport/transport.js';
import { operate, perSubscription } from '../util/operate.js';
import { parseUrl } from '../util/parse-url.js';
import type { ApiKey } from './client-config.js';
import type { RequestScope } from './request-scope.js';
import { requireAnswer } from './require-answer.js';
import { lowerCased, type Settings } from './settings.js';

/**
 * Sends a request through the interceptors. After the last of them the key is added, and a status other than 2xx becomes an
 * `ApiError`. An interceptor that queues exchanges, or a key that users share, may go on in the async context of another
 * user, so each step returns to that of the subscriber.
 */
export function send(request: TransportRequest, settings: Settings, scope: RequestScope): Observable<TransportEvent> {
  const innermost: Transport = (complete) => withKey(complete, settings, scope);
  if (settings.interceptors.length === 0) {
    return innermost(request);
  }
  const chain = settings.interceptors.reduceRight<Transport>(
    (next, intercept) => (intercepted) =>
      perSubscription(() => checkExchange('An interceptor', intercept(intercepted, next))).pipe(inContext(scope.run)),
    (intercepted) => innermost({ ...intercepted, headers: lowerCased(intercepted.headers) }),
  );
  return chain(request);
}

function checkExchange(source: string, exchange: unknown): Observable<TransportEvent> {
  if (!isObservable(exchange)) {
    // The rejection of a Promise, such as that of fetch, would end the process of Node.
    Promise.resolve(exchange).catch(noop);
    throw new TypeError(
      `${source} must return an Observable of the exchange; to wait for a Promise first, return from(promise).pipe(switchMap(() => …))`,
    );
  }
  return exchange as Observable<TransportEvent>;
}

/**
 * Adds the key, which is asked for in every exchange, unless it is empty or the header is set already. A key belongs to one
 * server: an interceptor that sends a request to another origin has to add that server's key itself.
 */
function withKey(request: TransportRequest, settings: Settings, scope: RequestScope): Observable<TransportEvent> {
  const { apiKey, baseURL } = settings;
  const isElsewhere = (): boolean => (parseUrl(request.url) ?? baseURL).origin !== baseURL.origin;
  if (apiKey === undefined || 'authorization' in request.headers || isElsewhere()) {
    return perSubscription(() => exchange(request, settings, scope));
  }
  const authorize = (value: string): Observable<TransportEvent> => {
    const key = value.trim();
    const headers = key === '' ? request.headers : { ...request.headers, authorization: `Bearer ${key}` };
    return exchange({ ...request, headers }, settings, scope);
  };
  return typeof apiKey === 'string'
    ? perSubscription(() => authorize(apiKey))
    : keyFrom(apiKey).pipe(inContext(scope.run), withFirstKey(scope, authorize));
}

function exchange(request: TransportRequest, settings: Settings, scope: RequestScope): Observable<TransportEvent> {
  checkHeaders(request.headers);
  scope.onRequest(request);
  return checkExchange('A transport', settings.transport(request)).pipe(requireAnswer(settings, scope));
}

function keyFrom(apiKey: Exclude<ApiKey, string>): Observable<unknown> {
  return new Observable((subscriber) => {
    const key = apiKey();
    if (isObservable(key)) {
      return key.subscribe(subscriber);
    }
    if (typeof key === 'string') {
      subscriber.next(key);
    } else {
      Promise.resolve(key).then(
        (value) => subscriber.next(value),
        (reason: unknown) => subscriber.error(reason),
      );
    }
    return undefined;
  });
}

/** Begins an exchange with the first key, after which the source of keys is unsubscribed. */
function withFirstKey(
  scope: RequestScope,
  authorize: (key: string) => Observable<TransportEvent>,
): OperatorFunction<unknown, TransportEvent> {
  return operate((destination, source) => ({
    next: (key) => {
      source.unsubscribe();
      if (typeof key !== 'string') {
        throw new TypeError('apiKey must give a string, or a Promise or an rxjs Observable of one');
      }
      scope.onKey(key.trim());
      authorize(key).subscribe(destination);
    },
    complete: () => destination.error(new TypeError('apiKey gave no key')),
  }));
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
