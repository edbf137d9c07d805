import {
  asyncScheduler,
  catchError,
  defer,
  isObservable,
  type Observable,
  type SchedulerLike,
  tap,
  throwError,
} from 'rxjs';
import { checkConfig, checkScheduler } from '../../util/check.js';
import { parseJson } from '../../util/parse-json.js';
import { toTransportError } from '../../transport/to-transport-error.js';
import type { TransportEvent, TransportRequest } from '../../transport/transport.js';
import { checkAnswer, type FakeAnswer, toExchange } from './fake-answer.js';
import { recordEnding, type RequestRecord, startRecord } from './request-record.js';
import { readScript, type Script } from './script.js';

/** A request that {@link fakeTransport} received, one per subscription, with the headers that a server would see. */
export interface SentRequest extends TransportRequest, RequestRecord {
  /** The parsed body; `undefined` if there is none, or it is not JSON. */
  readonly json: unknown;
}

/** A transport without a network. */
export interface FakeTransport {
  (request: TransportRequest): Observable<TransportEvent>;
  /** The requests so far, in order. */
  readonly requests: readonly SentRequest[];
}

/** An answer, or the events of an exchange. */
export type FakeExchange = FakeAnswer | Observable<TransportEvent>;

/** Options of {@link fakeTransport}. */
export interface FakeTransportConfig {
  /** Clock and timers. Default `asyncScheduler`, which is virtual inside `runMarbles`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Creates a transport that plays HTTP exchanges from a script, to test retries, deadlines and aborts of a real client in
 * virtual time.
 *
 * ```ts
 * const transport = fakeTransport([
 *   { status: 429, headers: { 'retry-after': '2' } },
 *   { headAfter: 30, body: chunks('r-a-b-f|', { a: 'Hel', b: 'lo' }), cutAt: 'every-byte' },
 * ]);
 * const client = createClient({ baseURL: 'http://server.test/v1', transport });
 * ```
 *
 * Each subscription is a request. `requests` lists them with the times at which they were sent and ended. If a body or an
 * exchange errors, the transport fails with a `ConnectionError`, as a real one does; errors of this package pass through
 * unchanged. Unsubscribing ends the exchange and its body at once.
 *
 * @param script A list with one exchange per request, in order; one exchange for every request; or a function of the
 *   request. A request beyond the end of the list fails with an `Error`.
 * @throws TypeError for an invalid answer, naming its place and field. If a function returns it, the exchange fails.
 * @see {@link fakeClient} for tests without HTTP.
 */
export function fakeTransport(
  script: Script<FakeExchange, TransportRequest>,
  config: FakeTransportConfig = {},
): FakeTransport {
  checkConfig('fakeTransport', config, ['scheduler']);
  const { scheduler = asyncScheduler } = config;
  checkScheduler(scheduler);
  const requests: SentRequest[] = [];
  const exchangeFor = readScript('fakeTransport', 'script', script, (exchange: FakeExchange, place) => {
    if (isObservable(exchange)) {
      return exchange;
    }
    checkAnswer(exchange, place);
    return toExchange(exchange, scheduler);
  });
  const transport = (request: TransportRequest): Observable<TransportEvent> =>
    defer(() => {
      const { body } = request;
      const json = parseJson(typeof body === 'string' ? body : new TextDecoder().decode(body));
      const sent = Object.assign(startRecord(scheduler), { ...request, json });
      requests.push(sent);
      let answered = false;
      const exchange = defer(() =>
        exchangeFor(request, requests.length, `${request.method} ${request.url}`).pipe(
          tap(({ type }) => (answered ||= type === 'head')),
          catchError((error: unknown) => throwError(() => toTransportError(error, request, answered))),
        ),
      );
      return exchange.pipe(recordEnding(sent, scheduler));
    });
  return Object.assign(transport, { requests });
}
