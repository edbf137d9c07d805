import { asyncScheduler, defer, type SchedulerLike, throwError } from 'rxjs';
import { check, checkConfig, checkScheduler } from '../util/check.js';
import type { Transport } from '../transport/transport.js';
import type { CassetteExchange } from './cassette.js';
import { readCassette } from './cassettes/cassette-file.js';
import { checkCassette } from './cassettes/check-cassette.js';
import { compareRequests } from './cassettes/compare-requests.js';
import { missingExchange } from './cassettes/missing-exchange.js';
import { playExchange } from './cassettes/play-exchange.js';

/** How a cassette is replayed. */
export interface ReplayCassetteConfig {
  /** 2 halves every time, 0.5 doubles it, `Infinity` waits for nothing. Default 1, as it was recorded. */
  readonly speed?: number | undefined;
  /** Clock and timers: a `TestScheduler` for virtual time. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Creates a transport that answers from a cassette: the same bytes in the same pieces at the same times, and the same
 * errors. Each subscription is answered by the first recorded exchange of the same method, path, query and body that was
 * not replayed before, so that a refusal and then an answer come in this order again. The server's name and the headers
 * may be others. Unsubscribing ends the replay; an exchange that was unsubscribed when it was recorded falls silent there.
 *
 * A request without such an exchange fails with an error that lists what the cassette has, and where that differs.
 *
 * ```ts
 * const client = createClient({ transport: replayCassette('cassettes/hello.json', { speed: Infinity }) });
 * ```
 *
 * @param cassette The path or the URL of a file, which is read at once; or a {@link Cassette}, such as imported JSON.
 * @throws {Error} When the file cannot be read.
 * @throws TypeError for what is no cassette, naming the field that does not fit, and for a field of `config` that is not
 *   what {@link ReplayCassetteConfig} allows.
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
