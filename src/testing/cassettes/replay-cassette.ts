import { asyncScheduler, defer, Observable, type SchedulerLike, type Subscriber, throwError } from 'rxjs';
import type { Transport, TransportEvent } from '../../transport/transport.js';
import { check, checkConfig, checkScheduler, maxTimer } from '../../util/check.js';
import { readCassette } from './cassette-file.js';
import { type CassetteEnd, type CassetteExchange, checkCassette } from './cassette.js';
import { compareRequests, missingExchange } from './compare-requests.js';
import { toBytes } from './pieces.js';
import { fromRecordedError } from './recorded-error.js';

/** Options of {@link replayCassette}. */
export interface ReplayCassetteConfig {
  /** 2 halves all waits, 0.5 doubles them, `Infinity` skips them. Default 1, as recorded. */
  readonly speed?: number | undefined;
  /** Clock and timers: a `TestScheduler` for virtual time. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Creates a transport that answers from a cassette, with the same bytes in the same pieces at the same times, and the same
 * errors. Each subscription takes the first exchange with the same method, path, query and body that has not been replayed
 * yet, so a rate limit and the answer after it are replayed in order. The host and the headers may differ. Unsubscribing
 * ends the replay. An exchange that was unsubscribed while recording never ends.
 *
 * A request that matches no exchange fails with an error that lists the exchanges and how each differs.
 *
 * ```ts
 * const client = createClient({ transport: replayCassette('cassettes/hello.json', { speed: Infinity }) });
 * ```
 *
 * @param cassette The path or URL of a file, which is read immediately; or a {@link Cassette}, such as imported JSON.
 * @throws {Error} If the file cannot be read.
 * @throws TypeError if the file or value is not a cassette, naming the invalid field, or if `config` has an invalid field.
 * @see {@link recordCassette}
 */
export function replayCassette(cassette: string | object, config: ReplayCassetteConfig = {}): Transport {
  checkConfig('replayCassette', config, ['speed', 'scheduler']);
  const { speed = 1, scheduler = asyncScheduler } = config;
  check(typeof speed === 'number' && speed > 0, 'speed', 'a number above 0, or Infinity', speed);
  checkScheduler(scheduler);
  const isFile = typeof cassette === 'string' || cassette instanceof URL;
  const { exchanges } = isFile ? readCassette(cassette) : checkCassette(cassette, 'The value given');

  const used = new Set<CassetteExchange>();
  return (request) =>
    defer(() => {
      const found = exchanges.find(
        (exchange) => !used.has(exchange) && compareRequests(exchange.request, request) === undefined,
      );
      if (found === undefined) {
        return throwError(() => missingExchange(request, exchanges, (exchange) => used.has(exchange)));
      }
      used.add(found);
      return playExchange(found, speed, scheduler);
    });
}

/**
 * Replays an exchange, each event at its time. One that was unsubscribed while recording stays silent after its last event,
 * since the rest is unknown.
 *
 * @param speed 2 halves all waits; `Infinity` plays everything at once, though not before `subscribe` returns.
 */
function playExchange(exchange: CassetteExchange, speed: number, scheduler: SchedulerLike): Observable<TransportEvent> {
  return new Observable((subscriber) => {
    const started = scheduler.now();
    const steps = stepsOf(exchange);
    let next = 0;
    const wait = (): number => {
      const due = started + (steps[next]?.at ?? 0) / speed;
      return Math.min(Math.max(0, due - scheduler.now()), maxTimer);
    };
    return scheduler.schedule(function () {
      for (let step = steps[next]; step !== undefined && !subscriber.closed; step = steps[next]) {
        const pause = wait();
        if (pause > 0) {
          this.schedule(undefined, pause);
          return;
        }
        next += 1;
        step.play(subscriber);
      }
    }, wait());
  });
}

interface Step {
  readonly at: number;
  readonly play: (subscriber: Subscriber<TransportEvent>) => void;
}

function stepsOf({ response, end }: CassetteExchange): readonly Step[] {
  const steps: Step[] = [];
  if (response !== undefined) {
    const { at, status, headers, body } = response;
    steps.push({ at, play: (subscriber) => subscriber.next({ type: 'head', status, headers: new Headers(headers) }) });
    for (const piece of body) {
      steps.push({ at: piece.at, play: (subscriber) => subscriber.next({ type: 'data', bytes: toBytes(piece) }) });
    }
  }
  return [...steps, { at: end.at, play: (subscriber) => finish(subscriber, end) }];
}

function finish(subscriber: Subscriber<TransportEvent>, end: CassetteEnd): void {
  if (end.type === 'error') {
    subscriber.error(fromRecordedError(end.error));
  } else if (end.type === 'complete') {
    subscriber.complete();
  }
}
