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
import { checkConfig, checkScheduler } from '../util/check.js';
import { toTransportError } from '../transport/to-transport-error.js';
import type { TransportEvent, TransportRequest } from '../transport/transport.js';
import { checkAnswer, type FakeAnswer } from './fake-answer.js';
import { recordEnding, type RequestRecord, startRecord } from './request-record.js';
import { readScript, type Script } from './script.js';
import { toExchange } from './to-exchange.js';

/** A request that {@link fakeTransport} was sent: one per subscription, with the headers that a server would see. */
export interface SentRequest extends TransportRequest, RequestRecord {
  /** The body, parsed; `undefined` for a request without one. */
  readonly json: unknown;
}

/** A transport without a network. */
export interface FakeTransport {
  (request: TransportRequest): Observable<TransportEvent>;
  /** What was sent so far, in order. */
  readonly requests: readonly SentRequest[];
}

/** What a fake server does: answer, or an exchange spelled out as events. */
export type FakeExchange = FakeAnswer | Observable<TransportEvent>;

/** How {@link fakeTransport} tells the time. */
export interface FakeTransportConfig {
  /** Default `asyncScheduler`, which is virtual inside `runMarbles`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * A transport that plays HTTP exchanges from a script, so that retry, deadlines and aborts of a real client run in virtual
 * time.
 *
 * ```ts
 * const transport = fakeTransport([
 *   { status: 429, headers: { 'retry-after': '2' } },
 *   { headAfter: 30, body: chunks('r-a-b-f|', { a: 'Hel', b: 'lo' }), cutAt: 'every-byte' },
 * ]);
 * const client = createClient({ baseURL: 'http://server.test/v1', transport });
 * ```
 *
 * Each subscription is a request, noted in `requests` with the times at which it was sent and ended. An error of a body or
 * an exchange becomes the `ConnectionError` that real transports raise; errors of this package stay as they are.
 * Unsubscribing ends the exchange, and its body, at once.
 *
 * @param script Exchanges for the requests in turn; one for every request; or a function of the request. A request beyond
 *   the end of a list fails with an `Error` that says so.
 * @throws TypeError for an answer that is none, naming its place and field; where a function gives it, the exchange fails.
 * @see {@link fakeClient} where HTTP does not matter.
 */
export function fakeTransport(
  script: Script<FakeExchange, TransportRequest>,
  config: FakeTransportConfig = {},
): FakeTransport {
  checkConfig('fakeTransport', config, ['scheduler']);
  const { scheduler = asyncScheduler } = config;
  checkScheduler(scheduler);
  const requests: SentRequest[] = [];
  const exchangeFor = readScript(script, {
    name: 'fakeTransport',
    field: 'script',
    read: (exchange: FakeExchange, place) => {
      if (isObservable(exchange)) {
        return exchange;
      }
      checkAnswer(exchange, place);
      return toExchange(exchange, scheduler);
    },
  });
  const transport = (request: TransportRequest): Observable<TransportEvent> =>
    defer(() => {
      const sent = Object.assign(startRecord(scheduler), { ...request, json: parse(request.body) });
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

function parse(body: TransportRequest['body']): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
